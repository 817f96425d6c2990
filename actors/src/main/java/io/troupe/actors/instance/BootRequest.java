package io.troupe.actors.instance;

import io.troupe.core.value.ProjectId;
import io.troupe.drivers.spi.GuestSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A server as its owner asked for it, everything resolved and checked by the API: names exist, the
 * image fits the flavor's disk, the key pair's public half is copied.
 *
 * @param availabilityZone the zone the owner pinned it to
 * @param forcedHost an administrator's choice; filters are skipped, the claim is not
 * @param serverGroupId the group of the scheduler hint {@code group}
 * @param userDataBase64 as given, empty when none
 * @param hints the other scheduler hints, each with its values
 */
public record BootRequest(
    String name,
    Optional<String> description,
    String hostname,
    ProjectId project,
    String userId,
    FlavorAtBoot flavor,
    GuestSpec.ImageRef image,
    Map<String, String> imageProperties,
    List<NetworkChoice> networks,
    Optional<String> keyName,
    Optional<String> publicKey,
    String userDataBase64,
    Map<String, String> metadata,
    List<String> tags,
    Optional<String> availabilityZone,
    Optional<String> forcedHost,
    Optional<String> serverGroupId,
    Map<String, List<String>> hints,
    List<String> securityGroups,
    String diskConfig,
    Optional<String> accessIpv4,
    Optional<String> accessIpv6,
    boolean configDrive,
    String reservationId,
    int launchIndex) {
  public BootRequest {
    imageProperties = Map.copyOf(imageProperties);
    networks = List.copyOf(networks);
    metadata = Map.copyOf(metadata);
    tags = List.copyOf(tags);
    hints = Map.copyOf(hints);
    securityGroups = List.copyOf(securityGroups);
  }
}
