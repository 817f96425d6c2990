package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostClass;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.resource.Wants;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Keeps hosts that have every trait the flavor or the image requires and none that the flavor
 * forbids ({@code trait:NAME}). Traits of a numbered group are those of its provider and judged
 * with it. Source: Placement's {@code required}.
 */
record TraitsFilter(SortedSet<String> required, SortedSet<String> forbidden)
    implements HostFilter.ByClass {
  /** Empty when nothing is asked. */
  static Optional<HostFilter> of(Wants wants) {
    var plain = wants.plain();
    return plain.required().isEmpty() && plain.forbidden().isEmpty()
        ? Optional.empty()
        : Optional.of(new TraitsFilter(plain.required(), plain.forbidden()));
  }

  @Override
  public Verdict judge(RequestSpec request, HostClass hosts) {
    for (String trait : required) {
      if (!hosts.traits().contains(trait)) {
        return new Verdict.Mismatch("trait", trait, "none");
      }
    }
    for (String trait : forbidden) {
      if (hosts.traits().contains(trait)) {
        return new Verdict.Mismatch("trait", "no " + trait, trait);
      }
    }
    return Verdict.PASS;
  }
}
