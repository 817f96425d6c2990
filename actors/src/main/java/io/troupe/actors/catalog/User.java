package io.troupe.actors.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Optional;
import java.util.Set;

/**
 * A user of the embedded identity service, domain {@code default}.
 *
 * @param passwordHash Argon2id in its standard text form; never the password
 * @param tokensEnded how often all their tokens were ended at once; a token carries the number it
 *     was made under
 */
public record User(
    String id,
    String name,
    String passwordHash,
    boolean enabled,
    Optional<String> defaultProjectId,
    Optional<String> description,
    Optional<String> email,
    long tokensEnded)
    implements CatalogEntry {
  @JsonCreator
  public User {}

  /** A new one without an address. */
  public User(
      String id,
      String name,
      String passwordHash,
      boolean enabled,
      Optional<String> defaultProjectId,
      Optional<String> description) {
    this(id, name, passwordHash, enabled, defaultProjectId, description, Optional.empty(), 0);
  }

  /** The same with every token made before this useless. */
  public User withTokensEnded() {
    return new User(
        id, name, passwordHash, enabled, defaultProjectId, description, email, tokensEnded + 1);
  }

  /** With another password; tokens made before end. */
  public User withPasswordHash(String hash) {
    return new User(id, name, hash, enabled, defaultProjectId, description, email, tokensEnded + 1);
  }

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
