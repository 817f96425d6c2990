package io.troupe.node.jmx;

import io.troupe.http.identity.Passwords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.management.remote.JMXAuthenticator;
import javax.management.remote.JMXPrincipal;
import javax.security.auth.Subject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may come in: on each line a name, a role and an Argon2id hash, apart by blanks. Empty lines
 * and those that begin with {@code #} are left out.
 *
 * <pre>
 *   alice readwrite $argon2id$v=19$m=19456,t=2,p=1$…
 * </pre>
 */
final class PasswordFile implements JMXAuthenticator {
  enum Role {
    READONLY,
    READWRITE
  }

  private record Entry(Role role, String hash) {}

  /** The principal of a client that has come in, with what it may do. */
  static final class Administrator extends JMXPrincipal {
    private static final long serialVersionUID = 1L;
    private final Role role;

    private Administrator(String name, Role role) {
      super(name);
      this.role = role;
    }

    Role role() {
      return role;
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(PasswordFile.class);

  /** Each check takes 19 MiB and some tens of ms; a flood of them waits here, not in memory. */
  private static final int CHECKS_AT_ONCE = 1;

  private static final long LONGEST_WAIT_SECONDS = 5;

  private final Map<String, Entry> entries;
  private final Semaphore checks = new Semaphore(CHECKS_AT_ONCE);

  /** What the password of an unknown name is held against, so that it takes as long. */
  private final String nobody;

  private PasswordFile(Map<String, Entry> entries) {
    this.entries = Map.copyOf(entries);
    this.nobody = Passwords.hash(java.util.UUID.randomUUID().toString());
  }

  /**
   * @throws RemoteAccess.Refused when a line cannot be read, or others than the owner can read it
   */
  static PasswordFile read(Path file) throws IOException, RemoteAccess.Refused {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    requirePrivate(file);
    var entries = new HashMap<String, Entry>();
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      var parts = line.strip().split("\\s+");
      if (parts.length != 3 || !parts[2].startsWith("$argon2id$")) {
        throw new RemoteAccess.Refused(
            "%s, line %d: must be a name, readonly or readwrite, and an Argon2id hash; './troupe jmx password' makes such a line"
                .formatted(file, number));
      }
      var role =
          switch (parts[1]) {
            case "readonly" -> Role.READONLY;
            case "readwrite" -> Role.READWRITE;
            default ->
                throw new RemoteAccess.Refused(
                    "%s, line %d: the role must be readonly or readwrite, was %s"
                        .formatted(file, number, parts[1]));
          };
      if (entries.put(parts[0], new Entry(role, parts[2])) != null) {
        throw new RemoteAccess.Refused(
            "%s, line %d: %s is there twice".formatted(file, number, parts[0]));
      }
    }
    if (entries.isEmpty()) {
      throw new RemoteAccess.Refused(file + " lets nobody in: it has no lines");
    }
    return new PasswordFile(entries);
  }

  private static void requirePrivate(Path file) throws IOException, RemoteAccess.Refused {
    var others =
        Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);
    if (Files.getPosixFilePermissions(file).stream().anyMatch(others::contains)) {
      throw new RemoteAccess.Refused(file + " must be readable by its owner alone (chmod 600)");
    }
  }

  static String word(Role role) {
    return switch (role) {
      case READONLY -> "readonly";
      case READWRITE -> "readwrite";
    };
  }

  /**
   * @param credentials a name and a password
   * @throws SecurityException when they are not right; it does not say which of the two
   */
  @Override
  public Subject authenticate(Object credentials) {
    if (!(credentials instanceof String[] pair)
        || pair.length != 2
        || pair[0] == null
        || pair[1] == null) {
      throw new SecurityException("a name and a password are needed");
    }
    var entry = entries.get(pair[0]);
    if (!check(entry == null ? nobody : entry.hash(), pair[1]) || entry == null) {
      LOG.warn("JMX: wrong name or password for '{}'", pair[0].replaceAll("\\p{Cntrl}", "?"));
      throw new SecurityException("wrong name or password");
    }
    LOG.info("JMX: {} came in, {}", pair[0], word(entry.role()));
    return new Subject(true, Set.of(new Administrator(pair[0], entry.role())), Set.of(), Set.of());
  }

  private boolean check(String hash, String password) {
    try {
      if (!checks.tryAcquire(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw new SecurityException("too many log-ins at once; try again");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new SecurityException("interrupted");
    }
    try {
      return Passwords.matches(hash, password);
    } finally {
      checks.release();
    }
  }
}
