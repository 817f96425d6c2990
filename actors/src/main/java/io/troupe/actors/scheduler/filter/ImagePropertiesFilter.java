package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostClass;
import io.troupe.actors.scheduler.Machine;
import io.troupe.actors.scheduler.RequestSpec;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keeps hosts that can run what the image is made for: its architecture, hypervisor type and vm
 * mode, and where one of these is given also the range of hypervisor versions. An image that says
 * none of the three runs everywhere. Source: Nova's filter of this name.
 */
record ImagePropertiesFilter() implements HostFilter.ByClass {
  private static final List<String> ARCHITECTURE = List.of("hw_architecture", "architecture");
  private static final List<String> HYPERVISOR = List.of("img_hv_type", "hypervisor_type");
  private static final List<String> MODE = List.of("hw_vm_mode", "vm_mode");
  private static final List<String> VERSION =
      List.of("img_hv_requested_version", "hypervisor_version_requires");

  /** Full virtualisation, the only mode of our hypervisors. */
  private static final String OUR_MODE = "hvm";

  private static final Map<String, String> ARCHITECTURES =
      Map.of("amd64", "x86_64", "x86_32", "i686", "i386", "i686", "i486", "i686", "i586", "i686");
  private static final Map<String, String> MODES =
      Map.of("hv", "hvm", "baremetal", "hvm", "pv", "xen");

  static boolean concerns(RequestSpec request) {
    return property(request, ARCHITECTURE).isPresent()
        || property(request, HYPERVISOR).isPresent()
        || property(request, MODE).isPresent();
  }

  @Override
  public Verdict judge(RequestSpec request, HostClass hosts) {
    Machine machine = hosts.machine();
    String architecture = canonical(ARCHITECTURES, machine.architecture());
    Set<String> types = types(machine);
    return miss("architecture", canonical(ARCHITECTURES, request, ARCHITECTURE), architecture)
        .or(() -> missAmong(property(request, HYPERVISOR).map(ImagePropertiesFilter::low), types))
        .or(() -> miss("vm mode", canonical(MODES, request, MODE), OUR_MODE))
        .or(() -> missVersion(request, machine))
        .orElse(Verdict.PASS);
  }

  /** What the host calls its guests, and what runs them: a KVM host runs plain QEMU ones too. */
  private static Set<String> types(Machine machine) {
    return new TreeSet<>(List.of(low(machine.guestType()), low(machine.hypervisorType())));
  }

  private static Optional<Verdict> miss(String what, Optional<String> asked, String found) {
    return asked
        .filter(value -> !value.equals(found))
        .map(value -> new Verdict.Mismatch(what, value, found.isEmpty() ? "none" : found));
  }

  private static Optional<Verdict> missAmong(Optional<String> asked, Set<String> found) {
    String all = String.join(" ", found).strip();
    return asked
        .filter(value -> !found.contains(value))
        .map(value -> new Verdict.Mismatch("hypervisor type", value, all.isEmpty() ? "none" : all));
  }

  private static Optional<Verdict> missVersion(RequestSpec request, Machine machine) {
    if (!concerns(request)) {
      return Optional.empty();
    }
    return property(request, VERSION)
        .filter(range -> !VersionRange.contains(range, machine.hypervisorVersion()))
        .map(
            range ->
                new Verdict.Mismatch(
                    "hypervisor version", range, VersionRange.text(machine.hypervisorVersion())));
  }

  private static Optional<String> property(RequestSpec request, List<String> names) {
    return names.stream()
        .map(name -> request.imageProperties().getOrDefault(name, ""))
        .filter(value -> !value.isEmpty())
        .findFirst();
  }

  private static Optional<String> canonical(
      Map<String, String> others, RequestSpec request, List<String> names) {
    return property(request, names).map(value -> canonical(others, value));
  }

  private static String canonical(Map<String, String> others, String value) {
    return others.getOrDefault(low(value), low(value));
  }

  private static String low(String value) {
    return value.toLowerCase(Locale.ROOT);
  }
}
