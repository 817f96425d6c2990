package io.troupe.http.access;

import java.util.Locale;
import java.util.Optional;

/** The roles of the embedded identity service, each holding the ones before it. */
public enum Role {
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
    return ordinal() >= other.ordinal();
  }
}
