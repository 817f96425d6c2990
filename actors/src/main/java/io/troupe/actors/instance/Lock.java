package io.troupe.actors.instance;

import java.util.Optional;

/**
 * Keeps everybody but administrators from changing an instance.
 *
 * @param by whose hand it was, seen from the instance's project
 * @param reason as given, shown to the owner
 */
public record Lock(By by, Optional<String> reason) {
  /** Who locked it; an owner cannot undo what an administrator locked. */
  public enum By {
    OWNER("owner"),
    ADMIN("admin");

    private final String word;

    By(String word) {
      this.word = word;
    }

    /** {@code locked_by} of Nova. */
    public String word() {
      return word;
    }
  }
}
