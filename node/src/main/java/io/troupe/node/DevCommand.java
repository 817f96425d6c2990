package io.troupe.node;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.troupe.config.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "dev",
    mixinStandardHelpOptions = true,
    description = "A whole cloud on this machine, in the foreground; Ctrl-C stops it.")
final class DevCommand implements Callable<Integer> {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where everything is kept (default: ${DEFAULT-VALUE}).",
      defaultValue = "data")
  private Path data;

  @Option(
      names = "--port",
      paramLabel = "N",
      description =
          "Where the API listens on 127.0.0.1; 0: any free port (default: ${DEFAULT-VALUE}).",
      defaultValue = "8774")
  private int port;

  @Option(
      names = "--fake-hosts",
      paramLabel = "N",
      description =
          "Hosts of the fake hypervisor (default: 20 at the first start, unless --hypervisor is given).")
  private Optional<Integer> fakeHosts;

  @Option(
      names = "--hypervisor",
      paramLabel = "URI",
      description = "A hypervisor to use, such as qemu:///system. May be given several times.")
  private List<URI> hypervisors = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    if (port < 0 || port > 65_535) {
      throw usage("--port must be 0 to 65535, was " + port);
    }
    if (fakeHosts.filter(count -> count < 0 || count > 100_000).isPresent()) {
      throw usage("--fake-hosts must be 0 to 100000, was " + fakeHosts.get());
    }
    var config =
        ConfigFactory.load()
            .withValue("troupe.http.port", ConfigValueFactory.fromAnyRef(port))
            .withValue("troupe.data-dir", ConfigValueFactory.fromAnyRef(data.toString()));
    System.setProperty("troupe.log.dir", data.toString()); // before anything logs
    var out = spec.commandLine().getOut();
    var node = TroupeNode.start(Settings.of(config));
    try {
      var cloud = DevCloud.make(node, new DevCloud.Wishes(fakeHosts, hypervisors));
      out.println("READY " + node.url());
      out.println(cloud.whatToTypeNext());
      out.flush();
    } catch (Exception | Error failure) {
      node.stop();
      throw failure;
    }
    node.awaitStop();
    return 0;
  }

  private CommandLine.ParameterException usage(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }
}
