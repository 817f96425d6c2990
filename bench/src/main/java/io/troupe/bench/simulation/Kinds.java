package io.troupe.bench.simulation;

import io.troupe.actors.scheduler.RequestDetail;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.topology.GuestShape;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a trace asks of hosts' pinned CPUs and devices: each kind of instance once, whoever wants it
 * and where. The smallest comes first: if any fits, that one mostly does.
 *
 * @param pinned those with pinned CPUs
 * @param withDevices those with devices, by alias; one may be at several
 */
record Kinds(List<RequestSpec> pinned, Map<String, List<RequestSpec>> withDevices) {
  private static final InstanceId NOBODY = Requests.idOf("nobody");
  private static final ProjectId ANYBODY = new ProjectId("project");

  /** Gathers them. */
  static final class Seen {
    private final Set<RequestSpec> all = new LinkedHashSet<>();

    void add(RequestSpec spec) {
      if (shape(spec).takes()) {
        all.add(bare(spec));
      }
    }

    Kinds kinds() {
      var pinned = new ArrayList<RequestSpec>();
      var byAlias = new HashMap<String, List<RequestSpec>>();
      var sorted = new ArrayList<>(all);
      sorted.sort(Comparator.comparingLong(kind -> kind.resources().ramMib()));
      for (RequestSpec kind : sorted) {
        if (shape(kind).pinnedCount() > 0) {
          pinned.add(kind);
        }
        for (GuestShape.Devices devices : shape(kind).devices()) {
          byAlias.computeIfAbsent(devices.alias(), _ -> new ArrayList<>()).add(kind);
        }
      }
      return new Kinds(pinned, byAlias);
    }
  }

  private static RequestSpec bare(RequestSpec spec) {
    return new RequestSpec(
        NOBODY,
        ANYBODY,
        spec.resources(),
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Optional.empty(),
        Map.of(),
        inside(spec.extraSpecs()),
        inside(spec.imageProperties()),
        1,
        new RequestDetail(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Set.of(),
            Optional.empty(),
            spec.detail().guest()));
  }

  private static Map<String, String> inside(Map<String, String> words) {
    var inside = new HashMap<>(words);
    inside.keySet().removeIf(word -> !word.matches("(hw:|hw_|pci_passthrough:).*"));
    return inside;
  }

  private static GuestShape shape(RequestSpec spec) {
    return spec.shape() instanceof GuestShape.Asked(var shape) ? shape : GuestShape.NONE;
  }
}
