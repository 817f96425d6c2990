package io.troupe.node;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of a node; the launcher {@code ./troupe} hands its arguments on. */
@Command(
    name = "troupe",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "A compute control plane: scheduler, hypervisor drivers, OpenStack Compute API.",
    subcommands = {
      DevCommand.class,
      NodeCommand.class,
      SchemaCommand.class,
      JmxCommand.class,
      ConfigCommand.class,
      VersionCommand.class
    })
public final class Main implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler(
            (failure, commandLine, _) -> {
              if (failure instanceof StartRefused refused) {
                commandLine.getErr().println("troupe: " + refused.getMessage());
                return 1;
              }
              throw failure;
            });
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
