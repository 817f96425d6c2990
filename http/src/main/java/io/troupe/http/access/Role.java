package io.troupe.http.access;

import java.util.Locale;
import java.util.Optional;

/**
 * The roles of the embedded identity service: a chain, each holding the ones before it, and beside
 * it that of other services of the cloud.
 */
public enum Role {
  /** Such as a volume service that moves what a server has; holds nothing else. */
  SERVICE,
  READER,
  MEMBER,
  MANAGER,
  ADMIN;

  public static Optional<Role> of(String word) {
    for (Role role : values()) {
      if (role.word().equals(word)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean holds(Role other) {
    return this == other || this != SERVICE && other.isInChain() && ordinal() >= other.ordinal();
  }

  public boolean isInChain() {
    return this != SERVICE;
  }
}
