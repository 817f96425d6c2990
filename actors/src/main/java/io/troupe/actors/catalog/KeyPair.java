package io.troupe.actors.catalog;

import java.time.Instant;
import java.util.Optional;

/**
 * The public half of a user's key.
 *
 * @param type {@code ssh} or {@code x509}
 * @param fingerprint MD5 in colon form for ssh, SHA-1 for x509
 */
public record KeyPair(
    String userId,
    String name,
    String type,
    String publicKey,
    String fingerprint,
    Instant createdAt)
    implements CatalogEntry {
  @Override
  public Optional<String> countedWith() {
    return Optional.of(userId);
  }

  @Override
  public String key() {
    return key(userId, name);
  }

  public static String key(String userId, String name) {
    return userId + "/" + name;
  }
}
