package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.catalog.Flavor;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;

/** A flavor in each microversion. */
final class FlavorJson {
  private FlavorJson() {}

  /** As the short list has it. */
  static ObjectNode brief(Call call, Flavor flavor) {
    var json = Json.object().put("id", flavor.id()).put("name", flavor.name());
    json.set("links", call.links().selfAndBookmark("/flavors/" + flavor.id()));
    if (call.version().from(55)) {
      json.put("description", flavor.description().orElse(null));
    }
    return json;
  }

  static ObjectNode full(Call call, Flavor flavor) {
    var json = Json.object();
    json.put("id", flavor.id())
        .put("name", flavor.name())
        .put("ram", flavor.ramMib())
        .put("vcpus", flavor.vcpus())
        .put("disk", flavor.rootGib())
        .put("OS-FLV-EXT-DATA:ephemeral", flavor.ephemeralGib())
        .put("OS-FLV-DISABLED:disabled", false)
        .put("os-flavor-access:is_public", flavor.isPublic())
        .put("rxtx_factor", flavor.rxtxFactor());
    if (flavor.swapMib() == 0 && call.version().until(74)) {
      json.put("swap", "");
    } else {
      json.put("swap", flavor.swapMib());
    }
    json.set("links", call.links().selfAndBookmark("/flavors/" + flavor.id()));
    if (call.version().from(55)) {
      json.put("description", flavor.description().orElse(null));
    }
    if (call.version().from(61)) {
      var specs = json.putObject("extra_specs");
      flavor.extraSpecs().forEach(specs::put);
    }
    return json;
  }
}
