package io.troupe.actors.scheduler;

import io.troupe.config.PreemptionMode;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How room could be made where there is none: these instances leave this host.
 *
 * @param victims at least one
 * @param mode what becomes of them
 * @param graceMillis for their guests to switch themselves off
 */
public record Preemption(HostId host, List<Victim> victims, PreemptionMode mode, long graceMillis) {
  public Preemption {
    victims = List.copyOf(victims);
  }

  /**
   * @param generation of its claim on the host
   */
  public record Victim(InstanceId instance, long generation) {}

  /** For instance {@code would fit on host fake-3 after evicting 2 preemptible instances}. */
  public String message() {
    return "would fit on host %s after evicting %d preemptible instance%s"
        .formatted(host, victims.size(), victims.size() == 1 ? "" : "s");
  }

  /** Their ids; for operators, since they may be of any project. */
  public String names() {
    return victims.stream()
        .map(victim -> victim.instance().toString())
        .collect(Collectors.joining(", "));
  }
}
