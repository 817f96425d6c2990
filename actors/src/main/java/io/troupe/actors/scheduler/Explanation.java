package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.core.value.HostId;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Who removed the hosts. A host is counted at the first filter that fails it, in the chain's order.
 *
 * @param considered hosts in the table
 * @param removals one per filter that removed a host, in the chain's order
 */
public record Explanation(int considered, List<Removal> removals) {
  public Explanation {
    removals = List.copyOf(removals);
  }

  /**
   * What one filter did.
   *
   * @param nearest the removed host that came closest, the first by name among equals
   * @param miss the values compared there
   */
  public record Removal(String filter, int removed, HostId nearest, Verdict.Fail miss) {
    String text() {
      return filter
          + " removed "
          + removed
          + " (nearest miss "
          + nearest
          + ": "
          + miss.text()
          + ")";
    }
  }

  /**
   * What follows "No valid host was found. ", for instance {@code 20 hosts considered; RamFilter
   * removed 20 (nearest miss fake-3: ram 262144 MiB asked, 1024 MiB free)}.
   */
  public String message() {
    String hosts = considered == 1 ? "1 host considered" : considered + " hosts considered";
    return removals.isEmpty()
        ? hosts
        : hosts + "; " + removals.stream().map(Removal::text).collect(Collectors.joining("; "));
  }
}
