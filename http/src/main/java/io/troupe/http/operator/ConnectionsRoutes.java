package io.troupe.http.operator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Answer;
import io.troupe.actors.Hosts;
import io.troupe.actors.Hosts.ConnectionView;
import io.troupe.core.value.Names;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Hypervisor connections: register, show, list, enable, disable, remove. */
final class ConnectionsRoutes {
  private static final int MAX_URI_CHARACTERS = 2048;
  private static final String ENABLE = ":enable";
  private static final String DISABLE = ":disable";

  private final Hosts hosts;

  ConnectionsRoutes(Hosts hosts) {
    this.hosts = hosts;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/connections", Policy.ADMIN, this::list),
        Route.post(
            "/connections", Policy.ADMIN, Handler.withBody(NewConnection::read, this::register)),
        Route.get("/connections/{id}", Policy.ADMIN, this::show),
        Route.delete("/connections/{id}", Policy.ADMIN, this::remove),
        Route.post("/connections/{id}", Policy.ADMIN, this::act));
  }

  /** A register body. The URI may hold a password, so no refusal repeats it. */
  private record NewConnection(String id, String uri, Map<String, String> options) {
    static NewConnection read(Body body) {
      return new NewConnection(
          body.required("id").text(255, "name of letters, digits, '.', '_', '-'", Names::isToken),
          uri(body.required("uri")),
          body.nullable("options").map(NewConnection::options).orElse(Map.of()));
    }

    private static String uri(Field field) {
      String uri = field.node().isTextual() ? field.node().textValue() : "";
      if (uri.isEmpty() || uri.length() > MAX_URI_CHARACTERS) {
        throw ApiError.badRequest(
                "Invalid input for field/attribute uri. It is a text of 1 to %d characters."
                    .formatted(MAX_URI_CHARACTERS))
            .thrown();
      }
      try {
        if (new URI(uri).isAbsolute()) {
          return uri;
        }
      } catch (URISyntaxException e) {
        // answered below; the exception's text repeats the URI
      }
      throw ApiError.badRequest(
              "Invalid input for field/attribute uri. It is not a URI with a scheme, such as"
                  + " fake://?hosts=20 or qemu:///system.")
          .thrown();
    }

    private static Map<String, String> options(Field field) {
      if (field.node().size() > 64 || !hasOnlyTexts(field)) {
        throw ApiError.badRequest(
                "Invalid input for field/attribute options. It has up to 64 texts of up to 255"
                    + " characters.")
            .thrown();
      }
      return field.texts(Names::isToken);
    }

    private static boolean hasOnlyTexts(Field field) {
      return field.node().isObject()
          && field
              .node()
              .valueStream()
              .allMatch(value -> value.isTextual() && value.textValue().length() <= 255);
    }
  }

  private CompletionStage<HttpResponse> list(Call call) {
    return hosts
        .connections()
        .thenApply(
            connections -> {
              ObjectNode body = Json.object();
              ArrayNode list = body.putArray("connections");
              connections.forEach(connection -> list.add(json(connection)));
              return Reply.ok(body);
            });
  }

  private CompletionStage<HttpResponse> show(Call call) {
    return hosts.connection(id(call)).thenApply(answer -> shown(200, answer));
  }

  private CompletionStage<HttpResponse> register(Call call, NewConnection asked) {
    return hosts
        .register(asked.id(), asked.uri(), asked.options())
        .thenApply(
            answer ->
                switch (answer) {
                  case Answer.Accepted<ConnectionView> _ ->
                      Reply.located(
                          shown(201, answer),
                          call.links().absolute("/v1/connections/" + asked.id()));
                  case Answer.Rejected<ConnectionView>(var reason) -> {
                    ApiError error = ApiError.of(reason); // a driver's words may repeat the URI
                    throw new ApiError(
                            error.status(),
                            error.type(),
                            Masked.text(error.message(), asked.uri(), asked.options()),
                            error.headers())
                        .thrown();
                  }
                });
  }

  private CompletionStage<HttpResponse> remove(Call call) {
    return hosts
        .remove(id(call))
        .thenApply(ApiError::accepted)
        .thenApply(removed -> Reply.empty(204));
  }

  /** {@code {id}:enable} and {@code {id}:disable}; the router knows whole segments only. */
  private CompletionStage<HttpResponse> act(Call call) {
    String segment = call.path("id");
    boolean enable = segment.endsWith(ENABLE);
    if (!enable && !segment.endsWith(DISABLE)) {
      throw ApiError.noSuchPath().thrown();
    }
    String id = segment.substring(0, segment.lastIndexOf(':'));
    requireName(id);
    return call.bodyOrEmpty(body -> reason(body, enable))
        .thenCompose(reason -> hosts.setEnabled(id, enable, reason))
        .thenApply(answer -> shown(200, answer));
  }

  private static String reason(Body body, boolean enable) {
    return enable
        ? body.nullable("reason").map(field -> field.printable(255)).orElse("")
        : body.required("reason").name();
  }

  private static String id(Call call) {
    String id = call.path("id");
    requireName(id);
    return id;
  }

  private static void requireName(String id) {
    if (!Names.isToken(id)) {
      throw new ApiError(404, "ConnectionNotFound", "There is no such connection.").thrown();
    }
  }

  private static HttpResponse shown(int status, Answer<ConnectionView> answer) {
    return Reply.json(status, Json.object().set("connection", json(ApiError.accepted(answer))));
  }

  private static ObjectNode json(ConnectionView view) {
    var connection = view.connection();
    ObjectNode body =
        Json.object()
            .put("id", connection.id())
            .put("uri", Masked.uri(connection.uri()))
            .put("enabled", connection.enabled())
            .put("disabled_reason", connection.disabledReason())
            .put("state", view.state())
            .put("error", Masked.text(view.error(), connection.uri(), connection.options()))
            .put("created_at", Json.time(connection.createdAt()));
    ObjectNode options = body.putObject("options");
    Masked.options(connection.options()).forEach(options::put);
    ArrayNode names = body.putArray("hosts");
    view.hosts().forEach(host -> names.add(host.id().value()));
    return body;
  }
}
