package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.actors.scheduler.resource.Provider;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The reference's resource classes and traits: every assignment tried, none clever. */
final class ReferenceResources {
  /** Of one group, the unnumbered one has an empty suffix. */
  private static final class Asked {
    final Map<String, Long> amounts = new TreeMap<>();
    final Set<String> required = new TreeSet<>();
    final Set<String> forbidden = new TreeSet<>();
    boolean host;
  }

  private ReferenceResources() {}

  private static Map<String, Asked> asked(RequestSpec request) {
    var groups = new TreeMap<String, Asked>();
    groups.put("", new Asked());
    request
        .extraSpecs()
        .forEach(
            (key, value) -> {
              int colon = key.indexOf(':');
              String word = colon < 0 ? "" : key.substring(0, colon);
              String name = key.substring(colon + 1);
              if (word.startsWith("resources") && value.matches("[0-9]+")) {
                String suffix = word.substring("resources".length());
                if (name.equals("VCPU") && !suffix.isEmpty()) {
                  groups.computeIfAbsent(suffix, s -> new Asked()).host = true;
                } else if (!name.equals("VCPU")) {
                  var group = groups.computeIfAbsent(suffix, s -> new Asked());
                  if (!value.equals("0")) {
                    group.amounts.put(name, Long.valueOf(value));
                  }
                }
              }
              if (word.startsWith("trait") && value.equals("required")) {
                groups.computeIfAbsent(word.substring(5), s -> new Asked()).required.add(name);
              }
              if (word.startsWith("trait") && value.equals("forbidden")) {
                groups.computeIfAbsent(word.substring(5), s -> new Asked()).forbidden.add(name);
              }
            });
    request
        .imageProperties()
        .forEach(
            (key, value) -> {
              if (key.startsWith("trait:") && value.equals("required")) {
                groups.get("").required.add(key.substring(6));
              }
            });
    return groups;
  }

  static Optional<Verdict.Fail> traitReason(RequestSpec request, Set<String> traits) {
    Asked plain = asked(request).get("");
    for (String trait : plain.required) {
      if (!traits.contains(trait)) {
        return Optional.of(new Verdict.Mismatch("trait", trait, "none"));
      }
    }
    for (String trait : plain.forbidden) {
      if (traits.contains(trait)) {
        return Optional.of(new Verdict.Mismatch("trait", "no " + trait, trait));
      }
    }
    return Optional.empty();
  }

  /** What is left by provider and class, when the promised have theirs. */
  private static Map<String, Map<String, Long>> left(
      HostDetail detail, Collection<RequestSpec> promised) {
    var left = new HashMap<String, Map<String, Long>>();
    for (Provider provider : detail.providers()) {
      var classes = new HashMap<String, Long>();
      provider
          .stocks()
          .forEach(
              (name, stock) ->
                  classes.put(
                      name,
                      (long) Math.floor((stock.total() - stock.reserved()) * stock.ratio())
                          - detail
                              .used()
                              .getOrDefault(provider.name(), Map.of())
                              .getOrDefault(name, 0L)));
      left.put(provider.name(), classes);
    }
    var inOrder = new ArrayList<>(promised);
    inOrder.sort(Comparator.comparing(RequestSpec::instance));
    for (RequestSpec claim : inOrder) {
      assign(items(claim), detail.providers(), left, new HashSet<>(), isolates(claim));
    }
    return left;
  }

  private static boolean isolates(RequestSpec request) {
    return "isolate".equals(request.extraSpecs().get("group_policy"));
  }

  /** The numbered groups, then each class of the unnumbered one by itself. */
  private static List<Map.Entry<Boolean, Asked>> items(RequestSpec request) {
    var groups = asked(request);
    Asked plain = groups.remove("");
    var items = new ArrayList<Map.Entry<Boolean, Asked>>();
    groups.values().forEach(group -> items.add(Map.entry(true, group)));
    plain.amounts.forEach((name, amount) -> items.add(Map.entry(false, one(plain, name, amount))));
    return items;
  }

  private static Asked one(Asked plain, String name, long amount) {
    var one = new Asked();
    one.amounts.put(name, amount);
    one.forbidden.addAll(plain.forbidden);
    return one;
  }

  /** Whether there is a way; then {@code left} is what is left after the first one. */
  private static boolean assign(
      List<Map.Entry<Boolean, Asked>> items,
      List<Provider> providers,
      Map<String, Map<String, Long>> left,
      Set<String> taken,
      boolean isolates) {
    if (items.isEmpty()) {
      return true;
    }
    boolean alone = isolates && items.getFirst().getKey();
    Asked item = items.getFirst().getValue();
    for (Provider provider : providers) {
      if (serves(provider, item, left) && !(alone && taken.contains(provider.name()))) {
        var after = new HashMap<String, Map<String, Long>>();
        left.forEach((name, classes) -> after.put(name, new HashMap<>(classes)));
        item.amounts.forEach(
            (name, amount) -> after.get(provider.name()).merge(name, -amount, Long::sum));
        var nowTaken = new HashSet<>(taken);
        if (alone) {
          nowTaken.add(provider.name());
        }
        if (assign(items.subList(1, items.size()), providers, after, nowTaken, isolates)) {
          left.putAll(after);
          return true;
        }
      }
    }
    return false;
  }

  private static boolean serves(
      Provider provider, Asked item, Map<String, Map<String, Long>> left) {
    for (var amount : item.amounts.entrySet()) {
      var stock = provider.stocks().get(amount.getKey());
      if (stock == null
          || amount.getValue() < stock.minUnit()
          || amount.getValue() > stock.maxUnit()
          || amount.getValue() % stock.stepSize() != 0
          || left.get(provider.name()).get(amount.getKey()) < amount.getValue()) {
        return false;
      }
    }
    return (!item.host || provider.name().isEmpty())
        && item.required.stream().allMatch(provider.traits()::contains)
        && item.forbidden.stream().noneMatch(provider.traits()::contains);
  }

  static Optional<Verdict.Fail> reason(
      RequestSpec request, HostDetail detail, Collection<RequestSpec> promised) {
    var left = left(detail, promised);
    var groups = asked(request);
    Asked plain = groups.remove("");
    for (var amount : plain.amounts.entrySet()) {
      Asked alone = one(plain, amount.getKey(), amount.getValue());
      if (detail.providers().stream().noneMatch(provider -> serves(provider, alone, left))) {
        long most = 0;
        for (var classes : left.values()) {
          most = Math.max(most, classes.getOrDefault(amount.getKey(), 0L));
        }
        return Optional.of(
            most < amount.getValue()
                ? new Verdict.Short(amount.getKey(), amount.getValue(), most, "")
                : new Verdict.Mismatch(
                    amount.getKey(),
                    Long.toString(amount.getValue()),
                    "not to be had in that amount"));
      }
    }
    int served = 0;
    for (Asked group : groups.values()) {
      if (detail.providers().stream().anyMatch(provider -> serves(provider, group, left))) {
        served++;
      }
    }
    if (served < groups.size()) {
      return Optional.of(
          new Verdict.Short("providers for resource groups", groups.size(), served, ""));
    }
    String names = groups.isEmpty() ? "classes" : String.join(",", groups.keySet());
    return assign(items(request), detail.providers(), left, new HashSet<>(), isolates(request))
        ? Optional.empty()
        : Optional.of(
            new Verdict.Mismatch("resource groups", names + " together", "each by itself only"));
  }
}
