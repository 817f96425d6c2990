package io.troupe.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.core.journal.Journal;
import io.troupe.core.journal.JournalUnavailable;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "schema",
    mixinStandardHelpOptions = true,
    description = "Prepares the journal's database.",
    subcommands = SchemaCommand.Apply.class)
final class SchemaCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "schema apply --config FILE?");
  }

  @Command(
      name = "apply",
      mixinStandardHelpOptions = true,
      description = {
        "Makes the journal's keyspaces and tables that are not there yet, for the profiles postgres and cassandra.",
        "Changes nothing that is there, so it may be repeated. Run it from one place only, never twice at once."
      })
  static final class Apply implements Callable<Integer> {
    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    @Option(
        names = "--config",
        paramLabel = "FILE",
        required = true,
        description = "The configuration the nodes are started with.")
    private Path file;

    @Override
    public Integer call() throws StartRefused {
      var config = ConfigFile.read(file);
      var settings = config.settings();
      System.setProperty("troupe.log.dir", settings.dataDir().toString()); // before anything logs
      var out = spec.commandLine().getOut();
      switch (settings.journal().profile()) {
        case EMBEDDED -> out.println("The embedded journal makes its tables itself.");
        case POSTGRES, CASSANDRA -> {
          apply(Journal.of(settings.journal(), settings.dataDir()), config.engine());
          out.println("The schema is there.");
        }
      }
      out.flush();
      return 0;
    }

    /** With an actor system of its own that joins nobody: the plug-ins are reached through one. */
    private static void apply(Journal journal, Config engine) throws StartRefused {
      // Not a constant of the class: that would open the log file before its folder is known.
      LoggerFactory.getLogger(SchemaCommand.class).info("making what is missing of the schema");
      var alone =
          ConfigFactory.parseMap(Map.of("pekko.actor.provider", "local"))
              .withFallback(engine)
              .withFallback(journal.config())
              .withFallback(ConfigFactory.parseResources("troupe-pekko.conf"));
      var system = TroupeNode.actorSystem("schema", alone);
      try {
        journal.applySchema(system);
        journal.prepare(system);
      } catch (JournalUnavailable e) {
        throw new StartRefused(e.getMessage());
      } finally {
        system.terminate();
        TroupeNode.await(system.getWhenTerminated());
      }
    }
  }
}
