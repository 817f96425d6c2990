package io.troupe.http.route;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.http.json.Json;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** The usual answers. */
public final class Reply {
  private static final byte[] NOTHING = {};

  private Reply() {}

  public static HttpResponse json(int status, JsonNode body) {
    return HttpResponse.create()
        .withStatus(status)
        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, Json.bytes(body)));
  }

  public static HttpResponse ok(JsonNode body) {
    return json(200, body);
  }

  /** No body, but JSON by name, as Nova's 202 and 204 are. */
  public static HttpResponse empty(int status) {
    return HttpResponse.create()
        .withStatus(status)
        .withEntity(
            status == 204
                ? HttpEntities.EMPTY
                : HttpEntities.create(ContentTypes.APPLICATION_JSON, NOTHING));
  }

  public static HttpResponse located(HttpResponse response, String location) {
    return response.addHeader(RawHeader.create("Location", location));
  }
}
