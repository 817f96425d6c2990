package io.troupe.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code DIR/pid}: the process that has the data directory, for {@code ./troupe jmx} to find. Left
 * behind by a process that was killed; the directory's lock says whether it is in use.
 */
final class ProcessFile {
  private ProcessFile() {}

  private static Path in(Path directory) {
    return directory.resolve("pid");
  }

  static void write(Path directory) throws IOException {
    Files.writeString(in(directory), ProcessHandle.current().pid() + "\n");
  }

  static void remove(Path directory) throws IOException {
    Files.deleteIfExists(in(directory));
  }

  /**
   * @throws StartRefused when no running process has left its number there
   */
  static long read(Path directory) throws StartRefused {
    try {
      var pid = Long.parseLong(Files.readString(in(directory)).strip());
      if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
        throw new StartRefused("the node with data directory " + directory + " does not run");
      }
      return pid;
    } catch (java.nio.file.NoSuchFileException _) {
      throw new StartRefused("no node runs with data directory " + directory);
    } catch (IOException | NumberFormatException e) {
      throw new StartRefused("cannot read " + in(directory) + ": " + e.getMessage());
    }
  }
}
