package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Keeps hosts whose attributes match the flavor's extra specs: those of the scope {@code
 * capabilities:}, where a host without the attribute fails, and those without a scope that name an
 * attribute. Other scopes and names belong to other readers. Source: Nova's filter of this name.
 *
 * @param expressions by attribute, sorted so that the first miss is always the same
 */
record ComputeCapabilitiesFilter(SortedMap<String, String> expressions)
    implements HostFilter.ByHost {
  private static final String SCOPE = "capabilities:";

  /** Hosts do not tell the width of their addresses, so who asks for one finds none. */
  private static final String ADDRESS_BITS = "hw:maxphysaddr_bits";

  /** Empty when the flavor asks for nothing. */
  static Optional<HostFilter> of(RequestSpec request) {
    if (request.extraSpecs().isEmpty()) {
      return Optional.empty();
    }
    var expressions = new TreeMap<String, String>();
    request
        .extraSpecs()
        .forEach(
            (key, expression) -> {
              if (key.startsWith(SCOPE)) {
                expressions.put(key.substring(SCOPE.length()), expression);
              } else if (key.equals(ADDRESS_BITS)) {
                expressions.putIfAbsent("cpu_info:maxphysaddr:bits", ">= " + expression);
              } else if (key.indexOf(':') < 0 && HostAttributes.isKnown(key)) {
                expressions.putIfAbsent(key, expression);
              }
            });
    return expressions.isEmpty()
        ? Optional.empty()
        : Optional.of(new ComputeCapabilitiesFilter(expressions));
  }

  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    for (var asked : expressions.entrySet()) {
      Optional<String> found = HostAttributes.of(host, asked.getKey());
      if (found.filter(value -> Expression.matches(value, asked.getValue())).isEmpty()) {
        return new Verdict.Mismatch(
            "capability " + asked.getKey(), asked.getValue(), found.orElse("none"));
      }
    }
    return Verdict.PASS;
  }
}
