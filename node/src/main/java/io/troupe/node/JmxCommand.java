package io.troupe.node;

import io.troupe.core.jmx.Beans;
import io.troupe.node.jmx.BeanCalls;
import io.troupe.node.jmx.BeanClient;
import io.troupe.node.jmx.BeanValue;
import io.troupe.node.jmx.PasswordLine;
import io.troupe.node.jmx.TrustStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "jmx",
    mixinStandardHelpOptions = true,
    description = "Look into a running node and administer it.")
final class JmxCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** Which node, and how to answer. */
  static final class Options {
    @Option(names = "--pid", paramLabel = "PID", description = "A node on this machine.")
    private Optional<Long> pid = Optional.empty();

    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "The node on this machine with this data directory (default: data).")
    private Optional<Path> data = Optional.empty();

    @Option(
        names = "--url",
        paramLabel = "HOST:PORT",
        description = "A node elsewhere, where troupe.jmx is enabled.")
    private Optional<String> url = Optional.empty();

    @Option(names = "--user", paramLabel = "NAME", description = "With --url: who you are.")
    private Optional<String> user = Optional.empty();

    @Option(
        names = "--password-file",
        paramLabel = "FILE",
        description = "With --url: a file with your password as its first line.")
    private Optional<Path> passwordFile = Optional.empty();

    @Option(
        names = "--trust-store",
        paramLabel = "FILE",
        description = "With --url: use TLS and trust these certificates (PEM, PKCS12 or JKS).")
    private Optional<Path> trustStore = Optional.empty();

    @Option(
        names = "--trust-store-password-file",
        paramLabel = "FILE",
        description = "A file with the password of the trust store as its first line.")
    private Optional<Path> trustStorePasswordFile = Optional.empty();

    @Option(names = "--json", description = "Answer in JSON.")
    private boolean json;

    BeanClient connect() throws BeanClient.Failed, StartRefused {
      if (url.isPresent()) {
        if (pid.isPresent() || data.isPresent()) {
          throw new BeanClient.Failed("--url names a node elsewhere, --pid and --data one here");
        }
        return BeanClient.connect(remote(url.get()));
      }
      return BeanClient.attach(
          pid.isPresent() ? pid.get() : ProcessFile.read(data.orElse(Path.of("data"))));
    }

    private BeanClient.Remote remote(String where) throws BeanClient.Failed {
      var colon = where.lastIndexOf(':');
      if (colon < 1 || !where.substring(colon + 1).matches("[0-9]{1,5}")) {
        throw new BeanClient.Failed("--url must be HOST:PORT, was " + where);
      }
      if (user.isEmpty() || passwordFile.isEmpty()) {
        throw new BeanClient.Failed("--url needs --user and --password-file");
      }
      return new BeanClient.Remote(
          where.substring(0, colon),
          Integer.parseInt(where.substring(colon + 1)),
          user.get(),
          firstLine(passwordFile.get()),
          trustStore.map(file -> new TrustStore(file, trustStorePasswordFile)));
    }

    private static String firstLine(Path file) throws BeanClient.Failed {
      try {
        return Files.readString(file).lines().findFirst().orElse("");
      } catch (IOException e) {
        throw new BeanClient.Failed("cannot read " + e.getMessage());
      }
    }
  }

  @FunctionalInterface
  private interface Question {
    Object ask(BeanCalls calls) throws BeanClient.Failed, IOException;
  }

  @Command(name = "list", description = "Every bean with its attributes and operations.")
  int list(@Mixin Options options) {
    return answer(
        options,
        calls -> options.json ? calls.describe(Beans.DOMAIN) : calls.overview(Beans.DOMAIN));
  }

  @Command(name = "get", description = "The value of an attribute, or of all of a bean.")
  int get(
      @Mixin Options options,
      @Parameters(paramLabel = "BEAN", description = "Such as Scheduler, or a whole object name.")
          String bean,
      @Parameters(paramLabel = "ATTRIBUTE", arity = "0..1") Optional<String> attribute) {
    return answer(
        options,
        calls -> attribute.isPresent() ? calls.get(bean, attribute.get()) : calls.getAll(bean));
  }

  @Command(name = "call", description = "Call an operation; 'list' shows its parameters.")
  int call(
      @Mixin Options options,
      @Parameters(index = "0", paramLabel = "BEAN") String bean,
      @Parameters(index = "1", paramLabel = "OPERATION") String operation,
      @Parameters(index = "2..*", paramLabel = "ARGS", arity = "0..*") List<String> arguments) {
    return answer(
        options, calls -> calls.call(bean, operation, arguments == null ? List.of() : arguments));
  }

  @Command(
      name = "password",
      description =
          "Read a password from the input and print its line for troupe.jmx.password-file.")
  int password(
      @Parameters(paramLabel = "NAME") String name,
      @Parameters(paramLabel = "ROLE", description = "readonly or readwrite") String role)
      throws IOException {
    var typed = new String(System.in.readAllBytes(), java.nio.charset.Charset.defaultCharset());
    try {
      print(PasswordLine.of(name, role, typed.lines().findFirst().orElse("")));
      return 0;
    } catch (BeanClient.Failed failed) {
      return complain(failed);
    }
  }

  private int answer(Options options, Question question) {
    try (var client = options.connect()) {
      var answer = question.ask(new BeanCalls(client.beans()));
      var text = options.json ? BeanValue.json(answer).toPrettyString() : BeanValue.text(answer);
      if (!text.isEmpty()) {
        print(text);
      }
      return 0;
    } catch (BeanClient.Failed | StartRefused failed) {
      return complain(failed);
    } catch (IOException lost) {
      return complain(new BeanClient.Failed("the connection was lost: " + lost.getMessage()));
    }
  }

  private void print(String text) {
    var out = spec.commandLine().getOut();
    out.println(text);
    out.flush();
  }

  private int complain(Exception failed) {
    spec.commandLine().getErr().println("troupe: " + failed.getMessage());
    return 1;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
