package io.troupe.actors.catalog;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Lets a program log in for a user in one project, with some of the user's roles there.
 *
 * @param secretHash Argon2id in its standard text form; never the secret
 * @param roles the ones its tokens have; each holds the ones before it
 * @param unrestricted whether its tokens may make further credentials
 * @param expiresAt never when empty
 */
public record ApplicationCredential(
    String id,
    String userId,
    String projectId,
    String name,
    Optional<String> description,
    String secretHash,
    Set<String> roles,
    boolean unrestricted,
    Optional<Instant> expiresAt,
    Instant createdAt)
    implements CatalogEntry {
  public ApplicationCredential {
    roles = Set.copyOf(roles);
  }

  @Override
  public String key() {
    return id;
  }

  @Override
  public Set<String> uniqueWords() {
    return Set.of("name:" + userId + "/" + name);
  }

  @Override
  public Optional<String> countedWith() {
    return Optional.of(userId);
  }

  @Override
  public String toString() {
    return "ApplicationCredential[" + id + ", " + name + " of " + userId + "]";
  }
}
