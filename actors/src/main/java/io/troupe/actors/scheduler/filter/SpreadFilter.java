package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.RequestSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps hosts where one more member of the server group leaves the group evenly spread: the domain
 * of the host may have at most {@code skew} members more than the emptiest domain. Domains are
 * hosts, zones, or the values of a metadata key of aggregates, such as {@code rack}; only those
 * with a host that is enabled and up count. A host in no domain fails. The hint {@code spread} asks
 * for it, {@code zone=1} or {@code rack=2} each. Source: the topology spread constraints of
 * Kubernetes.
 *
 * @param most members a domain may have
 * @param members by domain, of every domain that counts
 */
record SpreadFilter(String key, int most, Map<String, Integer> members)
    implements HostFilter.ByHost {
  static final Pattern HINT = Pattern.compile("([A-Za-z0-9_.:-]{1,255})=([1-9]\\d{0,3})");

  /** One for each domain that is to be spread over; none without a server group. */
  static List<HostFilter> of(RequestSpec request, HostTable table) {
    return request.group().isEmpty()
        ? List.of()
        : request.hint("spread").stream()
            .map(HINT::matcher)
            .filter(Matcher::matches)
            .<HostFilter>map(
                words ->
                    of(
                        words.group(1),
                        Integer.parseInt(words.group(2)),
                        request.group().get().id(),
                        table))
            .toList();
  }

  private static SpreadFilter of(String key, int skew, String group, HostTable table) {
    var members = new HashMap<String, Integer>();
    table
        .ids()
        .flatMap(id -> table.row(id).stream())
        .forEach(
            host ->
                domain(key, host)
                    .filter(domain -> isOpen(host) || host.members(group) > 0)
                    .ifPresent(domain -> members.merge(domain, host.members(group), Integer::sum)));
    int least = members.values().stream().mapToInt(count -> count).min().orElse(0);
    return new SpreadFilter(key, least + skew, members);
  }

  private static boolean isOpen(HostRow host) {
    return host.enabled() && host.up();
  }

  private static Optional<String> domain(String key, HostRow host) {
    return switch (key) {
      case "host" -> Optional.of(host.id().value());
      case "zone" -> Optional.of(host.availabilityZone());
      default ->
          new TreeSet<>(host.aggregateMetadata().getOrDefault(key, Set.of())).stream().findFirst();
    };
  }

  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    Optional<String> domain = domain(key, host);
    if (domain.isEmpty()) {
      return new Verdict.Mismatch(key, "any", "none");
    }
    int places = most - members.getOrDefault(domain.get(), 0);
    return places > 0
        ? Verdict.PASS
        : new Verdict.Short("places in " + key + " " + domain.get(), 1, places, "");
  }
}
