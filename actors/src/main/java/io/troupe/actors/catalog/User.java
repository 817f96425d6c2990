package io.troupe.actors.catalog;

import java.util.Optional;
import java.util.Set;

/**
 * A user of the embedded identity service, domain {@code default}.
 *
 * @param passwordHash Argon2id in its standard text form; never the password
 */
public record User(
    String id,
    String name,
    String passwordHash,
    boolean enabled,
    Optional<String> defaultProjectId,
    Optional<String> description)
    implements CatalogEntry {
  @Override
  public String key() {
    return id;
  }

  @Override
  public Set<String> uniqueWords() {
    return Set.of("name:" + name);
  }

  @Override
  public String toString() {
    return "User[" + id + ", " + name + "]";
  }
}
