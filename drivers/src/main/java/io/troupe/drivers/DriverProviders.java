package io.troupe.drivers;

import io.troupe.drivers.spi.DriverProvider;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;

/** The drivers on the class path, found by {@link ServiceLoader}. */
public final class DriverProviders {
  private final List<DriverProvider> providers;

  public DriverProviders(List<DriverProvider> providers) {
    this.providers = List.copyOf(providers);
  }

  public static DriverProviders onClassPath() {
    return new DriverProviders(
        ServiceLoader.load(DriverProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList());
  }

  /** The provider for the URI's scheme; what stands behind a plus in the scheme is ignored. */
  public Optional<DriverProvider> find(URI uri) {
    if (uri.getScheme() == null) {
      return Optional.empty();
    }
    var scheme = uri.getScheme().toLowerCase(Locale.ROOT).split("\\+", 2)[0];
    return providers.stream().filter(each -> each.schemes().contains(scheme)).findFirst();
  }

  /** Every scheme some provider takes, sorted; for messages. */
  public Set<String> schemes() {
    var schemes = new TreeSet<String>();
    providers.forEach(each -> schemes.addAll(each.schemes()));
    return schemes;
  }
}
