package io.troupe.actors.instance;

import io.troupe.actors.operation.Step;
import io.troupe.core.value.HostId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.MoveTicket;
import java.util.List;
import java.util.Optional;

/** What a step brought besides being done; see {@link InstanceEvent.StepDone}. */
record Got(
    List<HostId> candidates,
    Optional<String> zone,
    Optional<Nic> nic,
    Optional<PowerState> power,
    Optional<List<Step>> then,
    Optional<MoveTicket> ticket,
    Optional<InstanceEvent.Turn> turn) {
  static final Got NOTHING =
      new Got(
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  Got candidates(List<HostId> hosts) {
    return new Got(hosts, zone, nic, power, then, ticket, turn);
  }

  Got zone(String name) {
    return new Got(candidates, Optional.of(name), nic, power, then, ticket, turn);
  }

  Got nic(Nic one) {
    return new Got(candidates, zone, Optional.of(one), power, then, ticket, turn);
  }

  Got power(PowerState reported) {
    return new Got(candidates, zone, nic, Optional.of(reported), then, ticket, turn);
  }

  Got then(List<Step> steps) {
    return new Got(candidates, zone, nic, power, Optional.of(steps), ticket, turn);
  }

  Got ticket(MoveTicket one) {
    return new Got(candidates, zone, nic, power, then, Optional.of(one), turn);
  }

  Got turn(InstanceEvent.Turn what) {
    return new Got(candidates, zone, nic, power, then, ticket, Optional.of(what));
  }
}
