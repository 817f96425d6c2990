package io.troupe.actors.scheduler;

import java.util.Optional;
import java.util.Set;

/**
 * What else a request says that only some rules read.
 *
 * @param flavor its name
 * @param image its id
 * @param destination a host an administrator chose that has to pass every filter, compared without
 *     regard to case; {@code requested_destination} of Nova
 * @param ignored names of hosts that are out of the question, compared without regard to case;
 *     {@code ignore_hosts} of Nova
 * @param batch the instances it is placed with
 */
public record RequestDetail(
    Optional<String> flavor,
    Optional<String> image,
    Optional<String> destination,
    Set<String> ignored,
    Optional<Batch> batch) {
  public static final RequestDetail NONE =
      new RequestDetail(
          Optional.empty(), Optional.empty(), Optional.empty(), Set.of(), Optional.empty());

  public RequestDetail {
    ignored = Set.copyOf(ignored);
  }

  /** A request for one instance alone. */
  public RequestDetail(
      Optional<String> flavor,
      Optional<String> image,
      Optional<String> destination,
      Set<String> ignored) {
    this(flavor, image, destination, ignored, Optional.empty());
  }

  public RequestDetail ignoring(Set<String> hosts) {
    return new RequestDetail(flavor, image, destination, hosts, batch);
  }

  public RequestDetail to(String host) {
    return new RequestDetail(flavor, image, Optional.of(host), ignored, batch);
  }
}
