package io.troupe.actors.scheduler.resource;

import io.troupe.actors.scheduler.filter.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which provider of a host gives what.
 *
 * <p>Goal: every group from one provider that has all it asks, groups that are to be isolated from
 * different ones, and each class of the rest from any one provider, without giving anything twice.
 * Method: tried out in the order of groups and providers, alike providers once. Before an isolated
 * group takes a provider it is asked whether the groups after it can still have one each, which is
 * a matching found by augmenting paths; so eight devices for eight groups cost no search. There is
 * a bound; beyond it the host counts as not fitting. Example: group 1 asks for a GPU, group 2 for a
 * fast one; card a is fast, b is not: 1 → a leaves none for 2, so 1 → b, 2 → a.
 *
 * <p>Source: Placement's allocation candidates.
 */
public final class Allotment {
  /** Assignments tried per host; a host with more ways than that is not worth the time. */
  private static final int STEPS = 20_000;

  /** What is asked of one provider. */
  private record Item(Wants.Group group, boolean isolated) {}

  /** The answer: what each provider gives, or what is missing. */
  public sealed interface Outcome {}

  /**
   * @param given by provider and resource class; empty when nothing is asked
   */
  public record Fits(SortedMap<String, SortedMap<String, Long>> given) implements Outcome {}

  public record Lacks(Verdict.Fail why) implements Outcome {}

  private final List<Provider> providers;
  private final List<Map<String, Long>> free;
  private final Set<Integer> taken = new HashSet<>();
  private final List<Item> items = new ArrayList<>();
  private int[] chosen;
  private int groups;
  private int steps;

  private Allotment(List<Provider> providers, Map<String, ? extends Map<String, Long>> used) {
    this.providers = providers;
    this.free = new ArrayList<>();
    for (Provider provider : providers) {
      var left = new HashMap<String, Long>();
      provider
          .stocks()
          .forEach(
              (name, stock) ->
                  left.put(name, stock.capacity() - amount(used.get(provider.name()), name)));
      free.add(left);
    }
  }

  private static long amount(Map<String, Long> used, String name) {
    return used == null ? 0 : used.getOrDefault(name, 0L);
  }

  /**
   * @param providers of one host, the host itself first
   * @param used by provider and resource class
   */
  public static Outcome of(
      Wants wants, List<Provider> providers, Map<String, ? extends Map<String, Long>> used) {
    if (!wants.takes()) {
      return new Fits(new TreeMap<>());
    }
    return new Allotment(providers, used).fit(wants);
  }

  private Outcome fit(Wants wants) {
    var miss = plainMiss(wants).or(() -> groupMiss(wants));
    if (miss.isPresent()) {
      return new Lacks(miss.get());
    }
    wants.groups().values().forEach(group -> items.add(new Item(group, wants.isolated())));
    groups = items.size();
    wants
        .plain()
        .amounts()
        .forEach((name, amount) -> items.add(new Item(only(wants.plain(), name, amount), false)));
    chosen = new int[items.size()];
    boolean fits = (!wants.isolated() || matchable(0)) && search(0);
    return fits
        ? new Fits(given())
        : new Lacks(
            new Verdict.Mismatch(
                "resource groups", asked(wants) + " together", "each by itself only"));
  }

  private static String asked(Wants wants) {
    return wants.groups().isEmpty() ? "classes" : String.join(",", wants.groups().keySet());
  }

  private static Wants.Group only(Wants.Group plain, String name, long amount) {
    var one = new TreeMap<>(Map.of(name, amount));
    return new Wants.Group(one, new java.util.TreeSet<>(), plain.forbidden(), false);
  }

  /** The first class of the rest that no provider has enough of by itself. */
  private Optional<Verdict.Fail> plainMiss(Wants wants) {
    for (var asked : wants.plain().amounts().entrySet()) {
      Wants.Group alone = only(wants.plain(), asked.getKey(), asked.getValue());
      if (countOf(alone) == 0) {
        long most = 0;
        for (int p = 0; p < providers.size(); p++) {
          most = Math.max(most, free.get(p).getOrDefault(asked.getKey(), 0L));
        }
        return Optional.of(
            most >= asked.getValue()
                ? new Verdict.Mismatch(
                    asked.getKey(), asked.getValue().toString(), "not to be had in that amount")
                : new Verdict.Short(asked.getKey(), asked.getValue(), most, ""));
      }
    }
    return Optional.empty();
  }

  /** How many groups have a provider each, when that is not all of them. */
  private Optional<Verdict.Fail> groupMiss(Wants wants) {
    int served = 0;
    for (Wants.Group group : wants.groups().values()) {
      served += countOf(group) > 0 ? 1 : 0;
    }
    int asked = wants.groups().size();
    return served == asked
        ? Optional.empty()
        : Optional.of(new Verdict.Short("providers for resource groups", asked, served, ""));
  }

  private int countOf(Wants.Group group) {
    int count = 0;
    for (int p = 0; p < providers.size(); p++) {
      count += serves(p, group) ? 1 : 0;
    }
    return count;
  }

  private boolean serves(int p, Wants.Group group) {
    Provider provider = providers.get(p);
    if (group.onHost() && !provider.name().equals(Provider.HOST)) {
      return false;
    }
    if (!provider.traits().containsAll(group.required())) {
      return false;
    }
    for (String trait : group.forbidden()) {
      if (provider.traits().contains(trait)) {
        return false;
      }
    }
    for (var asked : group.amounts().entrySet()) {
      Stock stock = provider.stocks().get(asked.getKey());
      if (stock == null
          || !stock.divides(asked.getValue())
          || free.get(p).get(asked.getKey()) < asked.getValue()) {
        return false;
      }
    }
    return true;
  }

  /** Whether the isolated groups from this one on can still have a provider each. */
  private boolean matchable(int from) {
    int[] groupOf = new int[providers.size()];
    Arrays.fill(groupOf, -1);
    for (int g = from; g < groups; g++) {
      if (!augment(g, groupOf, new boolean[providers.size()])) {
        return false;
      }
    }
    return true;
  }

  private boolean augment(int group, int[] groupOf, boolean[] seen) {
    for (int p = 0; p < groupOf.length; p++) {
      if (!seen[p] && !taken.contains(p) && serves(p, items.get(group).group())) {
        seen[p] = true;
        if (groupOf[p] < 0 || augment(groupOf[p], groupOf, seen)) {
          groupOf[p] = group;
          return true;
        }
      }
    }
    return false;
  }

  /** The first way in the order of items and providers. */
  private boolean search(int at) {
    if (at == items.size()) {
      return true;
    }
    Item item = items.get(at);
    var tried = new HashSet<Object>();
    for (int p = 0; p < providers.size() && steps < STEPS; p++) {
      boolean open = !item.isolated() || !taken.contains(p);
      if (open && serves(p, item.group()) && tried.add(kind(p))) {
        steps++;
        take(p, item, 1);
        chosen[at] = p;
        if ((!item.isolated() || matchable(at + 1)) && search(at + 1)) {
          return true;
        }
        take(p, item, -1);
      }
    }
    return false;
  }

  /** Providers of equal kind are the same to whatever is still to be placed. */
  private Object kind(int p) {
    Provider provider = providers.get(p);
    return List.of(
        provider.name().equals(Provider.HOST),
        provider.traits(),
        provider.stocks(),
        Map.copyOf(free.get(p)),
        taken.contains(p));
  }

  private void take(int p, Item item, int sign) {
    item.group()
        .amounts()
        .forEach((name, amount) -> free.get(p).merge(name, -sign * amount, Long::sum));
    if (item.isolated() && sign > 0) {
      taken.add(p);
    } else if (item.isolated()) {
      taken.remove(p);
    }
  }

  private SortedMap<String, SortedMap<String, Long>> given() {
    var given = new TreeMap<String, SortedMap<String, Long>>();
    for (int i = 0; i < chosen.length; i++) {
      var from = given.computeIfAbsent(providers.get(chosen[i]).name(), _ -> new TreeMap<>());
      items.get(i).group().amounts().forEach((name, amount) -> from.merge(name, amount, Long::sum));
    }
    given.values().removeIf(Map::isEmpty);
    return given;
  }
}
