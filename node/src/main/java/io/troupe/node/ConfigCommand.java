package io.troupe.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "Check a configuration file, or show every setting with its default.")
final class ConfigCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Command(name = "check", description = "Say whether a node could start with this file.")
  int check(@Parameters(paramLabel = "FILE") Path file) throws StartRefused {
    ConfigFile.read(file);
    spec.commandLine().getOut().println(file + " is valid");
    return 0;
  }

  @Command(name = "reference", description = "Every setting with its default and what it means.")
  int reference() throws IOException {
    try (var in = ConfigCommand.class.getResourceAsStream("/reference-troupe.conf")) {
      spec.commandLine().getOut().print(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    return 0;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
