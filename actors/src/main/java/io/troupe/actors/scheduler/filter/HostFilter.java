package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostClass;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.core.value.HostId;
import io.troupe.core.value.Resources;
import java.util.Set;

/**
 * Yes or no to a host, with a reason. {@link #judge} is the rule; the kinds below say what the rule
 * looks at, which is how the plan avoids asking it for every host. A test holds both equal.
 */
public sealed interface HostFilter {
  Verdict judge(RequestSpec request, HostRow host);

  default String name() {
    return getClass().getSimpleName();
  }

  /**
   * Looks at nothing but the host's class, and of the request at nothing but its {@code kind}, so
   * it is asked once per class and kind.
   */
  non-sealed interface ByClass extends HostFilter {
    Verdict judge(RequestSpec request, HostClass hosts);

    @Override
    default Verdict judge(RequestSpec request, HostRow host) {
      return judge(request, host.hostClass());
    }
  }

  /** Compares one amount, which the table keeps as a column. */
  non-sealed interface ByCapacity extends HostFilter {
    /** What can still be claimed; below 0 when too much is claimed already. */
    int free(HostRow host);

    /** What of these counts here. */
    long amount(Resources resources);

    /** Nothing asked always fits, also where too much is claimed. */
    default long asked(RequestSpec request) {
      return amount(request.resources());
    }

    String resource();

    /** Of both amounts, empty for plain counts. */
    String unit();

    @Override
    default Verdict judge(RequestSpec request, HostRow host) {
      long asked = asked(request);
      int free = free(host);
      return asked == 0 || asked <= free
          ? Verdict.PASS
          : new Verdict.Short(resource(), asked, free, unit());
    }
  }

  /** Concerns a few hosts that can be named without looking at the others. */
  non-sealed interface ByName extends HostFilter {
    Cut cut(RequestSpec request, HostTable table);
  }

  /** Looks at the host itself, so it is asked about each one that all others left. */
  non-sealed interface ByHost extends HostFilter {}

  /** What a filter by name leaves. Hosts that are not in the table are no mistake. */
  sealed interface Cut {
    Cut NOTHING = new Drop(Set.of());

    /** Only these pass. */
    record Keep(Set<HostId> hosts) implements Cut {}

    /** All but these pass. */
    record Drop(Set<HostId> hosts) implements Cut {}
  }
}
