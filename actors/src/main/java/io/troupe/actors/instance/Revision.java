package io.troupe.actors.instance;

import java.util.Optional;

/**
 * What an owner changes of an instance's description of itself; what is empty stays.
 *
 * @param accessIpv4 an empty text takes it away; the same holds for {@code accessIpv6}
 * @param diskConfig {@code AUTO} or {@code MANUAL}
 */
public record Revision(
    Optional<String> name,
    Optional<Description> description,
    Optional<String> hostname,
    Optional<String> accessIpv4,
    Optional<String> accessIpv6,
    Optional<String> diskConfig) {
  /** A new description, which may be none. */
  public record Description(Optional<String> text) {}

  public static Revision ofName(String name) {
    return new Revision(
        Optional.of(name),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
