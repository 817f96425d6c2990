package io.troupe.actors.instance;

import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.ProjectId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An instance as readers see it; {@code GET} by id and lists are made of it.
 *
 * @param version grows with every change; of two views of one instance the higher is newer
 * @param request as accepted (name, flavor, image, key, zone …); changes are already in it
 * @param availabilityZone of the host, empty before placement
 * @param softDeletedAt since when it waits to be restored or reclaimed
 * @param launchedAt when it first became active
 * @param migrations its moves from host to host, oldest first
 * @param shelf what it lives on in while it is shelved
 */
public record InstanceView(
    InstanceId id,
    long version,
    BootRequest request,
    VmState vmState,
    Optional<TaskState> taskState,
    PowerState power,
    Optional<HostId> host,
    Optional<String> availabilityZone,
    List<Nic> nics,
    Optional<Fault> fault,
    Optional<Lock> lock,
    Optional<Instant> softDeletedAt,
    Instant createdAt,
    Instant updatedAt,
    Optional<Instant> launchedAt,
    Optional<Instant> terminatedAt,
    List<Migration> migrations,
    Optional<Shelf> shelf,
    List<AttachedVolume> volumes)
    implements CborSerializable {
  public InstanceView {
    nics = List.copyOf(nics);
    migrations = migrations == null ? List.of() : List.copyOf(migrations); // of a former release
    volumes = volumes == null ? List.of() : List.copyOf(volumes);
  }

  public boolean locked() {
    return lock.isPresent();
  }

  public ProjectId project() {
    return request.project();
  }

  public String name() {
    return request.name();
  }

  /** Nova's name of the guest, {@code OS-EXT-SRV-ATTR:instance_name}. */
  public String instanceName() {
    return "instance-" + id.value().toString().substring(0, 8);
  }
}
