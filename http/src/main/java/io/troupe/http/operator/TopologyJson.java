package io.troupe.http.operator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.scheduler.topology.HostParts;
import io.troupe.drivers.spi.CpuList;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.http.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/** A host's cells and devices, and what claims hold of them. */
final class TopologyJson {
  private TopologyJson() {}

  static ObjectNode of(HostParts parts) {
    ObjectNode body = Json.object();
    ArrayNode cells = body.putArray("cells");
    parts.topology().cells().forEach(cell -> cells.add(cell(cell, parts)));
    body.put("dedicated_cpus", CpuList.write(parts.topology().dedicated()));
    var given = new HashSet<String>();
    parts.placements().forEach(one -> one.devices().forEach(device -> given.add(device.address())));
    ArrayNode devices = body.putArray("devices");
    parts
        .topology()
        .devices()
        .forEach(device -> devices.add(device(device, given.contains(device.address()))));
    return body;
  }

  private static ObjectNode cell(HostTopology.Cell cell, HostParts parts) {
    var claims = new ArrayList<GuestPlacement.Cell>();
    var own = new HashSet<Integer>();
    for (GuestPlacement placement : parts.placements()) {
      own.addAll(placement.ownCpus());
      placement.cells().stream().filter(one -> one.hostCell() == cell.id()).forEach(claims::add);
    }
    own.retainAll(cell.cpus());
    ObjectNode body =
        Json.object()
            .put("id", cell.id())
            .put("socket", cell.socket())
            .put("cpus", CpuList.write(cell.cpus()))
            .put("pinned_cpus", CpuList.write(own))
            .put("shared_vcpus", claims.stream().mapToInt(GuestPlacement.Cell::floatingCount).sum())
            .put("ram_mib", cell.ramMib())
            .put("claimed_ram_mib", claims.stream().mapToLong(GuestPlacement.Cell::ramMib).sum());
    ArrayNode siblings = body.putArray("cores");
    cell.cores().forEach(core -> siblings.add(CpuList.write(core)));
    ArrayNode pages = body.putArray("pages");
    cell.pages().forEach(one -> pages.add(pages(one, claims)));
    return body;
  }

  private static ObjectNode pages(HostTopology.Pages pages, List<GuestPlacement.Cell> claims) {
    long used =
        claims.stream()
            .filter(cell -> cell.pageKib() == pages.sizeKib())
            .mapToLong(GuestPlacement.Cell::pageCount)
            .sum();
    return Json.object()
        .put("size_kib", pages.sizeKib())
        .put("total", pages.count())
        .put("free", pages.count() - used);
  }

  private static ObjectNode device(HostTopology.Device device, boolean claimed) {
    ObjectNode body =
        Json.object()
            .put("address", device.address())
            .put("vendor_id", device.vendor())
            .put("product_id", device.product())
            .put("type", "type-" + device.type().name().toUpperCase(Locale.ROOT))
            .put("cell", device.cell().orElse(null))
            .put("parent", device.parent().orElse(null))
            .put("claimed", claimed);
    ObjectNode tags = body.putObject("tags");
    device.tags().forEach(tags::put);
    return body;
  }
}
