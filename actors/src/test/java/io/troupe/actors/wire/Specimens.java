package io.troupe.actors.wire;

import io.troupe.actors.host.Administration;
import io.troupe.actors.host.Claim;
import io.troupe.actors.host.HostEvent;
import io.troupe.actors.host.HostState;
import io.troupe.actors.network.NetworkEvent;
import io.troupe.actors.network.NetworkState;
import io.troupe.actors.network.Port;
import io.troupe.actors.project.ProjectEvent;
import io.troupe.actors.project.ProjectState;
import io.troupe.actors.volume.Volume;
import io.troupe.actors.volume.VolumeEvent;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.actors.volume.VolumesState;
import io.troupe.core.value.ConnectionId;
import io.troupe.drivers.spi.HostInventory;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Specimens of whatever is written or sent, made from the types themselves: a new event, message or
 * field has specimens as soon as it is there. Each variant takes the next case of every sealed type
 * and enum; the first one has every optional part and collection empty.
 */
final class Specimens {
  /** More than any sealed type or enum of ours has cases. */
  private static final int VARIANTS = 48;

  private final Optional<ActorRef<?>> someActor;

  /** So that an event that holds events does not hold itself. */
  private final Set<Class<?>> beingMade = new HashSet<>();

  /**
   * @param someActor stands wherever a message has a reference; events have none
   */
  Specimens(Optional<ActorRef<?>> someActor) {
    this.someActor = someActor;
  }

  /** Every record that a sealed type allows; a record itself. */
  static List<Class<?>> leaves(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(sub -> leaves(sub).stream()).toList()
        : List.of(type);
  }

  /** All different specimens of a record or state. */
  List<Object> of(Class<?> leaf) {
    var found = new LinkedHashSet<>();
    for (int variant = -1; variant < VARIANTS; variant++) {
      found.add(make(leaf, "", variant));
    }
    return List.copyOf(new ArrayList<>(found));
  }

  private Object make(Type type, String name, int variant) {
    return switch (type) {
      case Class<?> plain -> one(plain, name, variant);
      case ParameterizedType generic -> many(generic, name, variant);
      default -> throw new AssertionError("no specimen of " + type);
    };
  }

  private Object many(ParameterizedType type, String name, int variant) {
    var raw = (Class<?>) type.getRawType();
    var bare = variant < 0;
    var first = type.getActualTypeArguments()[0];
    if (raw == ActorRef.class) {
      return someActor.orElseThrow();
    } else if (raw == Optional.class) {
      return bare ? Optional.empty() : Optional.of(make(first, name, variant));
    } else if (raw == List.class) {
      return bare ? List.of() : List.of(make(first, name, variant));
    } else if (raw == Set.class) {
      return bare ? Set.of() : Set.of(make(first, name, variant));
    } else if (raw == Map.class) {
      var second = type.getActualTypeArguments()[1];
      return bare
          ? Map.of()
          : Map.of(make(first, name + "-key", variant), make(second, name, variant));
    }
    throw new AssertionError("no specimen of " + type);
  }

  private Object one(Class<?> type, String name, int variant) {
    int number = Math.max(variant, 0);
    if (type == String.class) {
      return name.equals("address") ? "10.0.0.7" : name;
    } else if (type == int.class || type == Integer.class) {
      return 3 + number;
    } else if (type == long.class || type == Long.class) {
      return 1L << 33;
    } else if (type == double.class || type == Double.class) {
      return 1.5;
    } else if (type == boolean.class || type == Boolean.class) {
      return number % 2 == 0;
    } else if (type == Instant.class) {
      return Instant.parse("2026-11-20T08:30:00.123456789Z");
    } else if (type == UUID.class) {
      return new UUID(0x5eed, 1);
    } else if (type.isEnum()) {
      return type.getEnumConstants()[number % type.getEnumConstants().length];
    } else if (type.isSealed()) {
      var leaves = leaves(type).stream().filter(leaf -> !beingMade.contains(leaf)).toList();
      return one(leaves.get(number % leaves.size()), name, variant);
    } else if (type.isRecord()) {
      return record(type, name, variant);
    }
    return state(type, variant);
  }

  private Object record(Class<?> type, String name, int variant) {
    var components = type.getRecordComponents();
    beingMade.add(type);
    try {
      Constructor<?> constructor =
          type.getDeclaredConstructor(
              Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true);
      var values =
          Stream.of(components)
              .map(part -> make(part.getGenericType(), named(part, components, name), variant))
              .toArray();
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("no specimen of " + type, e);
    } finally {
      beingMade.remove(type);
    }
  }

  /** A record of one part, such as an id, is named like where it stands. */
  private static String named(RecordComponent part, RecordComponent[] all, String outer) {
    return all.length == 1 && !outer.isEmpty() ? outer : part.getName();
  }

  // ---- snapshots that are not records

  private Object state(Class<?> type, int variant) {
    if (type == ProjectState.class) {
      var one = (ProjectEvent.Counted) one(ProjectEvent.Counted.class, "", variant);
      return ProjectState.EMPTY.evolve(new ProjectEvent.UsageChanged(List.of(one), List.of()));
    } else if (type == HostState.class) {
      return HostState.UNKNOWN
          .evolve(
              new HostEvent.Discovered(
                  (ConnectionId) one(ConnectionId.class, "c-1", variant),
                  (HostInventory) one(HostInventory.class, "", variant)))
          .evolve(new HostEvent.Claimed((Claim) one(Claim.class, "", variant)))
          .evolve(new HostEvent.EpochTaken(7))
          .evolve(
              new HostEvent.Administered((Administration) one(Administration.class, "", variant)))
          .evolve(new HostEvent.VolumeStored("volume", 5));
    } else if (type == NetworkState.class) {
      var port = (Port) one(Port.class, "", variant);
      return NetworkState.EMPTY.evolve(new NetworkEvent.PortsChanged(List.of(port), List.of()));
    }
    if (type == VolumesState.class) {
      var volume = (Volume) one(Volume.class, "", variant);
      var snapshot = (VolumeSnapshot) one(VolumeSnapshot.class, "", variant);
      return VolumesState.EMPTY
          .evolve(new VolumeEvent.VolumesChanged(List.of(volume), List.of()))
          .evolve(new VolumeEvent.SnapshotsChanged(List.of(snapshot), List.of()));
    }
    throw new AssertionError("no specimen of " + type);
  }
}
