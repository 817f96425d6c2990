package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Microversion;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** The version documents; they need no token, since clients read them before they have one. */
final class ComputeVersions {
  static final Microversion MIN = new Microversion(2, 1);
  static final Microversion MAX = new Microversion(2, 96);

  private ComputeVersions() {}

  /** All versions, as the root of the service lists them. */
  static HttpResponse list(Call call) {
    var body = Json.object();
    var versions = body.putArray("versions");
    versions.add(legacy(call));
    versions.add(current(call));
    return Reply.ok(body);
  }

  /** What to choose from, for a path that no version has. */
  static HttpResponse choices(Call call) {
    var body = Json.object();
    var choices = body.putArray("choices");
    for (ObjectNode version : new ObjectNode[] {legacy(call), current(call)}) {
      choices.add(withMediaTypes(version));
    }
    return Reply.json(300, body);
  }

  static HttpResponse current21(Call call) {
    return single(current(call));
  }

  static HttpResponse legacy20(Call call) {
    return single(legacy(call));
  }

  private static HttpResponse single(ObjectNode version) {
    var body = Json.object();
    body.set("version", withMediaTypes(version));
    version
        .withArray("links")
        .addObject()
        .put("rel", "describedby")
        .put("type", "text/html")
        .put("href", "https://docs.openstack.org/api-ref/compute/");
    return Reply.ok(body);
  }

  private static ObjectNode withMediaTypes(ObjectNode version) {
    version
        .putArray("media-types")
        .addObject()
        .put("base", "application/json")
        .put(
            "type",
            "application/vnd.openstack.compute+json;version="
                + version.get("id").asText().replace("v", "").replace("2.0", "2"));
    return version;
  }

  private static ObjectNode current(Call call) {
    return version(call, "v2.1", "CURRENT", "2013-07-23T11:33:21Z", MAX.toString(), MIN.toString());
  }

  private static ObjectNode legacy(Call call) {
    return version(call, "v2.0", "DEPRECATED", "2011-01-21T11:33:21Z", "", "");
  }

  private static ObjectNode version(
      Call call, String id, String status, String updated, String max, String min) {
    String path = id.equals("v2.0") ? "/compute/v2/" : "/compute/v2.1/";
    var version = Json.object();
    version
        .put("id", id)
        .put("status", status)
        .put("version", max)
        .put("min_version", min)
        .put("updated", updated);
    version
        .putArray("links")
        .addObject()
        .put("rel", "self")
        .put("href", call.links().absolute(path));
    return version;
  }
}
