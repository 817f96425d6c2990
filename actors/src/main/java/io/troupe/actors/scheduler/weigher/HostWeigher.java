package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.config.SchedulerSettings;
import io.troupe.config.WeigherName;

/**
 * A number for a host. Scaling happens once, outside ({@link Scale}): raw values are spread over 0
 * to 1 across the surviving hosts and multiplied.
 */
public sealed interface HostWeigher {
  /** In the weigher's own unit, which its documentation names; whole, within ±2^30. */
  int raw(RequestSpec request, HostRow host);

  /**
   * Whether 0 is the low end of the scale whatever the survivors have; raw values below count as 0.
   * Nova's {@code minval}.
   */
  boolean fromZero();

  /** The raw value, not below the scale's fixed low end. */
  default int floored(RequestSpec request, HostRow host) {
    int raw = raw(request, host);
    return fromZero() ? Math.max(raw, 0) : raw;
  }

  /** Which of the weighers it is, with its option. */
  WeigherName title();

  /** As it is applied, where no aggregate says otherwise. */
  default double multiplier(SchedulerSettings settings) {
    return settings.multiplier(title());
  }

  /** The aggregate metadata key that overrides the multiplier for the aggregate's hosts. */
  default String option() {
    return title().option();
  }

  default String name() {
    return getClass().getSimpleName();
  }

  /** Looks at the host's load only, so the table keeps its raw values as a column. */
  non-sealed interface ByLoad extends HostWeigher {
    int raw(HostRow host);

    @Override
    default int raw(RequestSpec request, HostRow host) {
      return raw(host);
    }

    @Override
    default boolean fromZero() {
      return true;
    }
  }

  /** Counts members of the request's server group: 0 on all hosts but a few. */
  non-sealed interface ByGroup extends HostWeigher {
    int raw(int members);

    @Override
    default int raw(RequestSpec request, HostRow host) {
      return raw(request.group().map(group -> host.members(group.id())).orElse(0));
    }

    @Override
    default boolean fromZero() {
      return false;
    }
  }

  /** Looks at request and host together, so it is asked about each survivor. */
  non-sealed interface ByHost extends HostWeigher {
    @Override
    default boolean fromZero() {
      return false;
    }
  }

  /** A number as raw values are held. */
  static int whole(double raw) {
    return (int) Math.clamp(Math.rint(raw), -(1 << 30) + 1, (1 << 30) - 1);
  }
}
