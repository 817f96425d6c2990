package io.troupe.config;

import com.typesafe.config.Config;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A name under which flavors ask for PCI devices; Nova's {@code [pci] alias}. Several of one name
 * are alternatives.
 *
 * @param vendor four hexadecimal digits, lower case; empty: any
 * @param product the same
 * @param type {@code PCI}, {@code PF} or {@code VF}
 */
public record PciAlias(
    String name, String vendor, String product, String type, PciNumaPolicy policy) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,256}");
  private static final Pattern DIGITS = Pattern.compile("([0-9a-f]{4})?");
  private static final Set<String> TYPES = Set.of("PCI", "PF", "VF");

  /**
   * As settings say it.
   *
   * @param type with or without {@code type-} before it
   * @param policy by its word
   * @throws IllegalArgumentException when one of them is no such thing
   */
  public static PciAlias of(
      String name, String vendor, String product, String type, String policy) {
    var alias =
        new PciAlias(
            name, vendor, product, type.replaceFirst("^type-", ""), PciNumaPolicy.of(policy));
    if (!NAME.matcher(name).matches()) {
      throw bad(name, "the name has other than letters, digits, '_', '.' and '-'");
    }
    if (!DIGITS.matcher(vendor).matches() || !DIGITS.matcher(product).matches()) {
      throw bad(name, "vendor-id and product-id are four hexadecimal digits each");
    }
    if (!TYPES.contains(alias.type)) {
      throw bad(name, "device-type is one of type-PCI, type-PF and type-VF");
    }
    return alias;
  }

  static List<PciAlias> of(Config fleet) {
    return fleet.getConfigList("pci-aliases").stream()
        .map(
            alias ->
                of(
                    alias.getString("name"),
                    word(alias, "vendor-id", ""),
                    word(alias, "product-id", ""),
                    word(alias, "device-type", "type-PCI"),
                    word(alias, "numa-policy", "legacy")))
        .toList();
  }

  private static String word(Config alias, String key, String absent) {
    return alias.hasPath(key) ? alias.getString(key) : absent;
  }

  private static IllegalArgumentException bad(String name, String why) {
    return new IllegalArgumentException("fleet pci-aliases, " + name + ": " + why);
  }
}
