package io.troupe.node;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "node",
    mixinStandardHelpOptions = true,
    description =
        "One member of a cluster, in the foreground; SIGTERM hands its work over and stops it.")
final class NodeCommand implements Callable<Integer> {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      required = true,
      description = "Settings of this node; './troupe config reference' shows all.")
  private Path file;

  @Override
  public Integer call() throws Exception {
    var config = ConfigFile.read(file);
    var settings = config.settings();
    System.setProperty("troupe.log.dir", settings.dataDir().toString()); // before anything logs
    var node = TroupeNode.start(settings, config.engine());
    try {
      Administrator.make(node, settings.identity());
    } catch (Exception | Error failure) {
      node.stop();
      throw failure;
    }
    var out = spec.commandLine().getOut();
    out.println("READY " + node.url());
    out.flush();
    node.awaitStop();
    return node.wasDowned() ? 3 : 0;
  }
}
