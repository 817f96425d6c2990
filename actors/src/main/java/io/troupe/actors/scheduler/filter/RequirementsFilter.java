package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import java.util.Optional;

/**
 * Keeps hosts of which the hint {@code SCHED_REQUIREMENTS} is true; see {@link Requirements}. One
 * that cannot be read keeps no host. Source: OpenNebula's match-making.
 *
 * @param requirements empty when they cannot be read
 */
record RequirementsFilter(String text, Optional<Requirements> requirements)
    implements HostFilter.ByHost {
  static final String HINT = "SCHED_REQUIREMENTS";

  /** Empty without the hint. */
  static Optional<HostFilter> of(RequestSpec request) {
    return request.hint(HINT).stream()
        .findFirst()
        .map(text -> new RequirementsFilter(text, Requirements.read(text)));
  }

  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    return requirements.filter(asked -> asked.hold(host)).isPresent()
        ? Verdict.PASS
        : new Verdict.Mismatch(
            "requirements", text, requirements.isPresent() ? "false" : "not readable");
  }
}
