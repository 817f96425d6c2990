package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.filter.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The reference's rules about what a host is, for the values that {@link RandomCloud} makes. */
final class ReferenceMachine {
  private ReferenceMachine() {}

  static Optional<Verdict.Fail> imageReason(RequestSpec request, Machine machine) {
    Map<String, String> image = request.imageProperties();
    String architecture =
        either(image, "hw_architecture", "architecture").replace("amd64", "x86_64");
    String type = either(image, "img_hv_type", "hypervisor_type");
    String mode = either(image, "hw_vm_mode", "vm_mode").replaceAll("^hv$", "hvm");
    if (architecture.isEmpty() && type.isEmpty() && mode.isEmpty()) {
      return Optional.empty();
    }
    String own = machine.architecture().replace("amd64", "x86_64");
    if (!architecture.isEmpty() && !architecture.equals(own)) {
      return mismatch("architecture", architecture, own.isEmpty() ? "none" : own);
    }
    String types =
        switch (machine.hypervisorType() + "/" + machine.guestType()) {
          case "QEMU/kvm" -> "kvm qemu";
          case "QEMU/qemu" -> "qemu";
          case "fake/fake" -> "fake";
          default -> "";
        };
    if (!type.isEmpty() && !List.of(types.split(" ")).contains(type)) {
      return mismatch("hypervisor type", type, types.isEmpty() ? "none" : types);
    }
    if (!mode.isEmpty() && !mode.equals("hvm")) {
      return mismatch("vm mode", mode, "hvm");
    }
    String range = image.getOrDefault("img_hv_requested_version", "");
    long version = machine.hypervisorVersion();
    boolean holds =
        switch (range) {
          case "" -> true;
          case ">=8.2,<9" -> version == 8_002_000;
          case ">8.2.0" -> version == 10_000_001;
          default -> false;
        };
    String found =
        Map.of(0L, "0.0.0", 8_002_000L, "8.2.0", 10_000_001L, "10.0.1", 1_000_000L, "1.0.0")
            .get(version);
    return holds ? Optional.empty() : mismatch("hypervisor version", range, found);
  }

  private static String either(Map<String, String> image, String name, String old) {
    String value = image.getOrDefault(name, "");
    return (value.isEmpty() ? image.getOrDefault(old, "") : value).toLowerCase(Locale.ROOT);
  }

  static Optional<Verdict.Fail> capabilityReason(RequestSpec request, HostRow host, int instances) {
    var asked = new TreeMap<String, String>();
    for (String name : List.of("hypervisor_type", "num_instances", "unheard")) {
      String plain = name.equals("unheard") ? null : request.extraSpecs().get(name);
      String expression = request.extraSpecs().getOrDefault("capabilities:" + name, plain);
      if (expression != null) {
        asked.put(name, expression);
      }
    }
    for (var entry : asked.entrySet()) {
      String type = host.machine().hypervisorType();
      boolean holds =
          switch (entry.getKey()) {
            case "hypervisor_type" ->
                entry.getValue().equals("QEMU") ? type.equals("QEMU") : type.equals("fake");
            case "num_instances" -> instances >= 2;
            default -> false;
          };
      if (!holds) {
        String found =
            switch (entry.getKey()) {
              case "hypervisor_type" -> type.isEmpty() ? "none" : type;
              case "num_instances" -> Integer.toString(instances);
              default -> "none";
            };
        return mismatch("capability " + entry.getKey(), entry.getValue(), found);
      }
    }
    return Optional.empty();
  }

  static Optional<Verdict.Fail> addressReason(RequestSpec request, String own) {
    if (!request.hints().containsKey("build_near_host_ip")) {
      return Optional.empty();
    }
    String near = request.hints().get("build_near_host_ip").getFirst();
    String width = request.hints().getOrDefault("cidr", List.of("/24")).getFirst();
    boolean inside =
        switch (near + width) {
          case "10.0.0.1/16" -> own.startsWith("10.0.");
          case "10.0.0.1/24" -> own.startsWith("10.0.0.");
          case "fd00::1/16", "fd00::1/24", "fd00::1/99" -> own.startsWith("fd00:");
          default -> false;
        };
    return inside
        ? Optional.empty()
        : mismatch("address", near + width, own.isEmpty() ? "none" : own);
  }

  private static Optional<Verdict.Fail> mismatch(String what, String asked, String found) {
    return Optional.of(new Verdict.Mismatch(what, asked, found));
  }
}
