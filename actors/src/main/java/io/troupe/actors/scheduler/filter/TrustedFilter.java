package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostClass;
import io.troupe.actors.scheduler.RequestSpec;
import java.util.Optional;

/**
 * Keeps hosts of the standing that the flavor asks with {@code trust:trusted_host}: {@code trusted}
 * or {@code untrusted}. A host is trusted by its trait {@code CUSTOM_TRUSTED}, which whoever
 * attests hosts sets and takes away; the attestation service that Nova's filter of this name asked
 * is no more.
 */
record TrustedFilter(String asked) implements HostFilter.ByClass {
  private static final String TRAIT = "CUSTOM_TRUSTED";

  /** Empty when the flavor does not ask. */
  static Optional<HostFilter> of(RequestSpec request) {
    return Optional.ofNullable(request.extraSpecs().get("trust:trusted_host"))
        .map(TrustedFilter::new);
  }

  @Override
  public Verdict judge(RequestSpec request, HostClass hosts) {
    String found = hosts.traits().contains(TRAIT) ? "trusted" : "untrusted";
    return asked.equals(found) ? Verdict.PASS : new Verdict.Mismatch("trust", asked, found);
  }
}
