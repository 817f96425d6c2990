package io.troupe.drivers.spi;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A place for volumes that several hosts have: what one of them keeps there, all of them find. That
 * it is one place is an operator's word, given by the same name in the options of each connection;
 * a host that has it says so by a trait, which the scheduler knows how to ask for.
 *
 * @param name lower-case letters, digits and {@code _}, at most 64
 */
public record SharedPool(String name) {
  private static final String TRAIT = "CUSTOM_STORAGE_POOL_";
  private static final Pattern NAME = Pattern.compile("[a-z0-9_]{1,64}");

  public SharedPool {
    if (!isName(name)) {
      throw new IllegalArgumentException("not lower-case letters, digits and '_': " + name);
    }
  }

  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** Of a host with these traits; of several the first by name. */
  public static Optional<SharedPool> among(Set<String> traits) {
    return traits.stream()
        .filter(trait -> trait.startsWith(TRAIT))
        .map(trait -> trait.substring(TRAIT.length()).toLowerCase(Locale.ROOT))
        .filter(SharedPool::isName)
        .sorted()
        .findFirst()
        .map(SharedPool::new);
  }

  /** Which hosts have that have this pool. */
  public String trait() {
    return TRAIT + name.toUpperCase(Locale.ROOT);
  }
}
