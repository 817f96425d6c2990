package io.troupe.http.compute;

import io.troupe.actors.scheduler.Importance;
import io.troupe.http.error.ApiError;
import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What extra specs of the namespaces {@code hw} and {@code pci_passthrough} may say. From 2.86 on
 * they are checked when they are written; other namespaces are open. Source: Compute API, "Flavor
 * extra-specs", and Nova's validators.
 */
final class ExtraSpecRules {
  private sealed interface Rule {}

  private record OneOf(Set<String> words) implements Rule {}

  private record Whole(long least) implements Rule {}

  private record Truth() implements Rule {}

  private record Form(Pattern form, String words) implements Rule {}

  private static final Rule CPUS =
      new Form(
          Pattern.compile("\\^?\\d+(-\\d+)?(,\\^?\\d+(-\\d+)?)*"), "a set of CPUs such as 0-3,^2");
  private static final Rule TRUTH = new Truth();
  private static final Rule COUNT = new Whole(1);

  private static final Map<String, Rule> RULES =
      Map.ofEntries(
          Map.entry("hw:cpu_policy", oneOf("dedicated", "mixed", "shared")),
          Map.entry("hw:cpu_thread_policy", oneOf("isolate", "prefer", "require")),
          Map.entry("hw:emulator_threads_policy", oneOf("isolate", "share")),
          Map.entry("hw:cpu_dedicated_mask", CPUS),
          Map.entry("hw:cpu_realtime", TRUTH),
          Map.entry("hw:cpu_realtime_mask", CPUS),
          Map.entry(
              "hw:mem_page_size",
              form("large|small|any|\\d+([kKMGT]i?)?(b|bit|B)?", "large, small, any or a size")),
          Map.entry("hw:numa_nodes", COUNT),
          Map.entry(
              "hw:pci_numa_affinity_policy", oneOf("legacy", "preferred", "required", "socket")),
          Map.entry("hw:cpu_sockets", COUNT),
          Map.entry("hw:cpu_cores", COUNT),
          Map.entry("hw:cpu_threads", COUNT),
          Map.entry("hw:cpu_max_sockets", COUNT),
          Map.entry("hw:cpu_max_cores", COUNT),
          Map.entry("hw:cpu_max_threads", COUNT),
          Map.entry("hw:max_cpu_sockets", COUNT),
          Map.entry("hw:max_cpu_cores", COUNT),
          Map.entry("hw:max_cpu_threads", COUNT),
          Map.entry("hw:boot_menu", TRUTH),
          Map.entry("hw:vif_multiqueue_enabled", TRUTH),
          Map.entry("hw:mem_encryption", TRUTH),
          Map.entry("hw:mem_encryption_model", oneOf("amd-sev", "amd-sev-es")),
          Map.entry("hw:pmem", form("[A-Za-z0-9_]+(,[A-Za-z0-9_]+)*", "labels parted by commas")),
          Map.entry("hw:pmu", TRUTH),
          Map.entry("hw:serial_port_count", new Whole(0)),
          Map.entry("hw:tpm_model", oneOf("tpm-crb", "tpm-tis")),
          Map.entry("hw:tpm_version", oneOf("1.2", "2.0")),
          Map.entry("hw:tpm_secret_security", oneOf("deployment", "host", "user")),
          Map.entry("hw:watchdog_action", oneOf("disabled", "none", "pause", "poweroff", "reset")),
          Map.entry("hw:viommu_model", oneOf("auto", "intel", "smmuv3", "virtio")),
          Map.entry("hw:virtio_packed_ring", TRUTH),
          Map.entry(
              "hw:sound_model",
              oneOf("ac97", "es1370", "ich6", "ich9", "pcspk", "sb16", "usb", "virtio")),
          Map.entry("hw:usb_model", oneOf("nec-xhci", "qemu-xhci")),
          Map.entry("hw:redirected_usb_ports", new Whole(0)),
          Map.entry("hw:hide_hypervisor_id", TRUTH),
          Map.entry("hw:locked_memory", TRUTH),
          Map.entry("hw:maxphysaddr_mode", oneOf("emulate", "passthrough")),
          Map.entry("hw:maxphysaddr_bits", COUNT),
          Map.entry("hw:ephemeral_encryption", TRUTH),
          Map.entry("hw:ephemeral_encryption_format", oneOf("luks")),
          Map.entry(
              "pci_passthrough:alias",
              form(
                  "[^:,\\s]+:[1-9]\\d*(,\\s*[^:,\\s]+:[1-9]\\d*)*",
                  "NAME:COUNT, parted by commas")));

  /** Troupe's own, which no release of Nova knows. */
  private static final Map<String, Rule> OWN =
      Map.of(
          Importance.PREEMPTIBLE,
          oneOf("true", "false"),
          Importance.PRIORITY,
          new Form(Importance.NUMBER, "a whole number of up to nine digits"));

  private static final Pattern CELL = Pattern.compile("hw:numa_(cpus|mem)\\.\\d{1,3}");
  private static final Set<String> TRUTHS =
      Set.of("true", "false", "1", "0", "yes", "no", "on", "off", "t", "f", "y", "n");

  private ExtraSpecRules() {}

  private static Rule oneOf(String... words) {
    return new OneOf(new TreeSet<>(Set.of(words)));
  }

  private static Rule form(String form, String words) {
    return new Form(Pattern.compile(form), words);
  }

  /** 400 naming the first one that is unknown in its namespace, or whose value is none. */
  static void check(Map<String, String> specs) {
    for (var spec : new TreeMap<>(specs).entrySet()) {
      String key = spec.getKey();
      if (key.startsWith("hw:") || key.startsWith("pci_passthrough:")) {
        check(
            key,
            spec.getValue(),
            rule(key).orElseThrow(() -> invalid(key, "There is no such extra spec.").thrown()));
      }
    }
  }

  /** The same for Troupe's own extra specs, from the first microversion on. */
  static void checkOwn(Map<String, String> specs) {
    for (var spec : new TreeMap<>(specs).entrySet()) {
      Optional.ofNullable(OWN.get(spec.getKey()))
          .ifPresent(rule -> check(spec.getKey(), spec.getValue(), rule));
    }
  }

  private static void check(String key, String value, Rule rule) {
    wrong(rule, value)
        .ifPresent(
            expected -> {
              throw invalid(key, "'" + value + "' is not " + expected + ".").thrown();
            });
  }

  private static Optional<Rule> rule(String key) {
    var cell = CELL.matcher(key);
    return cell.matches()
        ? Optional.of(cell.group(1).equals("cpus") ? CPUS : COUNT)
        : Optional.ofNullable(RULES.get(key));
  }

  /** What was expected, when the value is something else. */
  private static Optional<String> wrong(Rule rule, String value) {
    return switch (rule) {
      case OneOf(var words) ->
          words.contains(value)
              ? Optional.empty()
              : Optional.of("one of " + String.join(", ", new TreeSet<>(words)));
      case Whole(var least) ->
          value.matches("\\d{1,18}") && new BigInteger(value).longValueExact() >= least
              ? Optional.empty()
              : Optional.of("a whole number from " + least);
      case Truth() ->
          TRUTHS.contains(value.toLowerCase(java.util.Locale.ROOT))
              ? Optional.empty()
              : Optional.of("true or false");
      case Form(var form, var words) ->
          form.matcher(value).matches() ? Optional.empty() : Optional.of(words);
    };
  }

  private static ApiError invalid(String key, String reason) {
    return ApiError.badRequest("Invalid input for field/attribute " + key + ". " + reason);
  }
}
