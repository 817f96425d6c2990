package io.troupe.http.identity;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.troupe.http.json.Json;
import io.troupe.http.route.Links;
import java.util.List;

/** Where the services are, as every token and the catalogue say; addresses follow the request. */
final class ServiceCatalog {
  private record Entry(String type, String name, String path) {}

  private static final List<Entry> ENTRIES =
      List.of(
          new Entry("identity", "keystone", "/identity/v3"),
          new Entry("compute", "nova", "/compute/v2.1"),
          new Entry("image", "glance", "/image"),
          new Entry("network", "neutron", "/networking"),
          new Entry("volumev3", "cinderv3", "/volume/v3"));

  private static final List<String> INTERFACES = List.of("public", "internal", "admin");

  private ServiceCatalog() {}

  static ArrayNode json(Links links, String region) {
    var catalog = Json.array();
    for (Entry entry : ENTRIES) {
      var service = catalog.addObject();
      service
          .put("id", Directory.fixedId("service", entry.type()))
          .put("type", entry.type())
          .put("name", entry.name());
      var endpoints = service.putArray("endpoints");
      for (String kind : INTERFACES) {
        endpoints
            .addObject()
            .put("id", Directory.fixedId("endpoint", entry.type() + ":" + kind))
            .put("interface", kind)
            .put("region", region)
            .put("region_id", region)
            .put("url", links.absolute(entry.path()));
      }
    }
    return catalog;
  }

  /** {@code GET /services}. */
  static ArrayNode services(Links links) {
    var services = Json.array();
    for (Entry entry : ENTRIES) {
      String id = Directory.fixedId("service", entry.type());
      services
          .addObject()
          .put("id", id)
          .put("type", entry.type())
          .put("name", entry.name())
          .put("enabled", true)
          .putObject("links")
          .put("self", links.self("/services/" + id));
    }
    return services;
  }

  /** {@code GET /endpoints}. */
  static ArrayNode endpoints(Links links, String region) {
    var endpoints = Json.array();
    for (Entry entry : ENTRIES) {
      for (String kind : INTERFACES) {
        String id = Directory.fixedId("endpoint", entry.type() + ":" + kind);
        endpoints
            .addObject()
            .put("id", id)
            .put("interface", kind)
            .put("region", region)
            .put("region_id", region)
            .put("service_id", Directory.fixedId("service", entry.type()))
            .put("url", links.absolute(entry.path()))
            .put("enabled", true)
            .putObject("links")
            .put("self", links.self("/endpoints/" + id));
      }
    }
    return endpoints;
  }
}
