package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.topology.GuestShape;
import io.troupe.core.value.Resources;
import java.util.Map;
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
 * @param guest vCPUs and RAM as the guest sees them, where flavor or image say how they are to lie
 *     on the host; else what is claimed says it
 * @param newVolumesGib GiB of volumes that are to be made where it goes, beside what is claimed
 */
public record RequestDetail(
    Optional<String> flavor,
    Optional<String> image,
    Optional<String> destination,
    Set<String> ignored,
    Optional<Batch> batch,
    Optional<Resources> guest,
    long newVolumesGib) {
  public static final RequestDetail NONE =
      new RequestDetail(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Set.of(),
          Optional.empty(),
          Optional.empty(),
          0);

  public RequestDetail {
    ignored = Set.copyOf(ignored);
    guest = guest == null ? Optional.empty() : guest; // of a former release
  }

  /** One without volumes that are made with it. */
  public RequestDetail(
      Optional<String> flavor,
      Optional<String> image,
      Optional<String> destination,
      Set<String> ignored,
      Optional<Batch> batch,
      Optional<Resources> guest) {
    this(flavor, image, destination, ignored, batch, guest, 0);
  }

  /** A request for one instance alone. */
  public RequestDetail(
      Optional<String> flavor,
      Optional<String> image,
      Optional<String> destination,
      Set<String> ignored) {
    this(flavor, image, destination, ignored, Optional.empty());
  }

  /** One that is placed as it comes. */
  public RequestDetail(
      Optional<String> flavor,
      Optional<String> image,
      Optional<String> destination,
      Set<String> ignored,
      Optional<Batch> batch) {
    this(flavor, image, destination, ignored, batch, Optional.empty(), 0);
  }

  /** The same of a guest that flavor and image say more of, or not. */
  public RequestDetail of(
      Resources own, Map<String, String> extraSpecs, Map<String, String> imageProperties) {
    var plain = new GuestShape.Asked(GuestShape.NONE);
    return GuestShape.of(own, extraSpecs, imageProperties).equals(plain)
        ? this
        : new RequestDetail(
            flavor, image, destination, ignored, batch, Optional.of(own), newVolumesGib);
  }

  public RequestDetail ignoring(Set<String> hosts) {
    return new RequestDetail(flavor, image, destination, hosts, batch, guest, newVolumesGib);
  }

  public RequestDetail to(String host) {
    return new RequestDetail(
        flavor, image, Optional.of(host), ignored, batch, guest, newVolumesGib);
  }

  /** With volumes of so many GiB, which are made where it goes. */
  public RequestDetail withNewVolumes(long gib) {
    return new RequestDetail(flavor, image, destination, ignored, batch, guest, gib);
  }
}
