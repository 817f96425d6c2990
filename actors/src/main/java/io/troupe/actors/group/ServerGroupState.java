package io.troupe.actors.group;

import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import java.util.Optional;

/**
 * Where an affinity group lives.
 *
 * @param host the one that was agreed to last; it may have lost all members since
 */
public record ServerGroupState(Optional<HostId> host) implements CborSerializable {
  static final ServerGroupState NOWHERE = new ServerGroupState(Optional.empty());

  ServerGroupState evolve(ServerGroupEvent event) {
    return switch (event) {
      case ServerGroupEvent.Settled(var settled) -> new ServerGroupState(Optional.of(settled));
    };
  }
}
