package io.troupe.http.identity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** A list as Keystone shows every list: the entries, and links to itself. */
final class CollectionJson {
  private CollectionJson() {}

  static HttpResponse reply(Call call, String key, String path, Stream<ObjectNode> entries) {
    var body = Json.object();
    entries.forEach(body.putArray(key)::add);
    body.putObject("links")
        .put("self", call.links().self(path))
        .putNull("previous")
        .putNull("next");
    return Reply.ok(body);
  }
}
