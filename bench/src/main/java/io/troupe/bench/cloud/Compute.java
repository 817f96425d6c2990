package io.troupe.bench.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** The Compute calls that are measured, and the look-ups a server needs beforehand. */
public final class Compute {
  private final Wire wire;
  private final Session session;
  private final String servers;
  private final Map<String, String> headers;

  /**
   * @param microversion such as 2.37, the first that knows networks "none" and "auto"
   */
  public Compute(Wire wire, Session session, String microversion) {
    this.wire = wire;
    this.session = session;
    this.servers = session.endpoint("compute") + "/servers";
    this.headers =
        Map.of(
            "X-Auth-Token",
            session.token(),
            "Accept",
            "application/json",
            "OpenStack-API-Version",
            "compute " + microversion);
  }

  public String endpoint() {
    return session.endpoint("compute");
  }

  /** What every server of a run is booted from, under its own name. */
  public record ServerSpec(String flavorId, String imageId, JsonNode networks) {
    JsonNode body(String name) {
      var body = Answer.JSON.createObjectNode();
      var server = body.putObject("server");
      server.put("name", name).put("flavorRef", flavorId).put("imageRef", imageId);
      server.set("networks", networks);
      return body;
    }
  }

  public Answer create(ServerSpec spec, String name) throws IOException {
    return wire.send("POST", servers, headers, Optional.of(spec.body(name)));
  }

  public Answer show(String id) throws IOException {
    return wire.send("GET", servers + "/" + id, headers, Optional.empty());
  }

  public Answer delete(String id) throws IOException {
    return wire.send("DELETE", servers + "/" + id, headers, Optional.empty());
  }

  public Answer list(int limit) throws IOException {
    return wire.send("GET", servers + "/detail?limit=" + limit, headers, Optional.empty());
  }

  /** The flavor of this name or id. */
  public String flavorId(String nameOrId) {
    return find(session.endpoint("compute") + "/flavors", "flavors", nameOrId);
  }

  /** The image of this name or id; without a name, the first that is active. */
  public String imageId(Optional<String> nameOrId) {
    var images = versioned(session.endpoint("image"), "/v2") + "/images";
    if (nameOrId.isPresent()) {
      return find(images, "images", nameOrId.get());
    }
    for (var image : get(images).path("images")) {
      if (image.path("status").asText().equals("active")) {
        return image.path("id").asText();
      }
    }
    throw new CloudException("there is no active image at " + images);
  }

  /**
   * {@code none} and {@code auto} as they are, otherwise a list of the network of this name or id.
   */
  public JsonNode networks(String choice) {
    if (choice.equals("none") || choice.equals("auto")) {
      return Answer.JSON.getNodeFactory().textNode(choice);
    }
    var networks = versioned(session.endpoint("network"), "/v2.0") + "/networks";
    var list = Answer.JSON.createArrayNode();
    list.addObject().put("uuid", find(networks, "networks", choice));
    return list;
  }

  private String find(String url, String collection, String nameOrId) {
    for (var item : get(url).path(collection)) {
      if (item.path("name").asText().equals(nameOrId)
          || item.path("id").asText().equals(nameOrId)) {
        return item.path("id").asText();
      }
    }
    throw new CloudException("no '" + nameOrId + "' among the " + collection + " at " + url);
  }

  private JsonNode get(String url) {
    try {
      var answer = wire.send("GET", url, headers, Optional.empty());
      if (answer.status() != 200) {
        throw new CloudException("GET " + url + ": " + answer.refusal());
      }
      return answer.json();
    } catch (IOException unreachable) {
      throw new CloudException("cannot reach " + url + ": " + unreachable.getMessage());
    }
  }

  private static String versioned(String endpoint, String version) {
    return endpoint.endsWith(version) ? endpoint : endpoint + version;
  }
}
