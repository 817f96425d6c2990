package io.troupe.actors.host;

import io.troupe.actors.scheduler.resource.Provider;
import io.troupe.core.serialization.CborSerializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an operator says a host has, beyond what its driver sees.
 *
 * @param traits of the host itself
 * @param providers of resource classes; {@link Provider#HOST} is the host itself
 */
public record Equipment(Set<String> traits, List<Provider> providers) implements CborSerializable {
  public static final Equipment NONE = new Equipment(Set.of(), List.of());

  public Equipment {
    traits = Set.copyOf(traits);
    providers = List.copyOf(providers);
  }

  /** A change; what is empty stays as it is. */
  public record Change(Optional<Set<String>> traits, Optional<List<Provider>> providers)
      implements CborSerializable {
    public static Change traits(Set<String> all) {
      return new Change(Optional.of(all), Optional.empty());
    }

    public static Change providers(List<Provider> all) {
      return new Change(Optional.empty(), Optional.of(all));
    }
  }

  public Equipment changedBy(Change change) {
    return new Equipment(change.traits().orElse(traits), change.providers().orElse(providers));
  }

  /** Whether a provider has this class. */
  boolean has(String provider, String resourceClass) {
    return providers.stream()
        .anyMatch(one -> one.name().equals(provider) && one.stocks().containsKey(resourceClass));
  }

  /** With what the driver tells of the host itself, which comes first; empty without classes. */
  List<Provider> allProviders(Set<String> hostTraits) {
    if (providers.isEmpty()) {
      return List.of();
    }
    var all = new ArrayList<Provider>();
    all.add(
        providers.stream()
            .filter(one -> one.name().equals(Provider.HOST))
            .findFirst()
            .orElse(new Provider(Provider.HOST, Set.of(), java.util.Map.of()))
            .withTraits(hostTraits));
    providers.stream().filter(one -> !one.name().equals(Provider.HOST)).forEach(all::add);
    return all;
  }

  /** The driver's traits and the operator's. */
  public Set<String> allTraits(Set<String> drivers) {
    if (traits.isEmpty()) {
      return drivers;
    }
    var all = new HashSet<>(drivers);
    all.addAll(traits);
    return all;
  }
}
