package io.troupe.http.route;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.instance.UserCommand;
import io.troupe.core.value.OperationId;
import io.troupe.http.access.Caller;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Microversion;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/** One request as its handler sees it, already let in. */
public final class Call {
  private static final Set<String> JSON = Set.of("application/json");

  private final HttpRequest request;
  private final String requestId;
  private final Service service;
  private final RouteTree.Leaf leaf;
  private final List<String> values;
  private final Optional<Caller> caller;
  private final Microversion version;
  private final Links links;
  private final EntityReader reader;
  private Query query;

  Call(
      HttpRequest request,
      String requestId,
      Service service,
      RouteTree.Leaf leaf,
      List<String> values,
      Optional<Caller> caller,
      Microversion version,
      Links links,
      EntityReader reader) {
    this.request = request;
    this.requestId = requestId;
    this.service = service;
    this.leaf = leaf;
    this.values = values;
    this.caller = caller;
    this.version = version;
    this.links = links;
    this.reader = reader;
  }

  /** The request itself; its entity may be streamed, up to a limit the handler sets. */
  public HttpRequest request() {
    return request;
  }

  /** {@code req-UUID}, also the id of the operation the request asks for. */
  public String requestId() {
    return requestId;
  }

  /** The segment that a parameter of the route's path took, decoded. */
  public String path(String parameter) {
    int index = leaf.parameters().indexOf(parameter);
    if (index < 0) {
      throw new IllegalArgumentException(leaf.route().path() + " has no {" + parameter + "}");
    }
    return values.get(index);
  }

  /** Who calls. Only {@code OPEN} routes have nobody. */
  public Caller caller() {
    return caller.orElseThrow(() -> new IllegalStateException("an open route has no caller"));
  }

  /** The edition of the API; 2.1-like lowest numbers on services without microversions. */
  public Microversion version() {
    return version;
  }

  public Query query() {
    if (query == null) {
      query = Query.of(request);
    }
    return query;
  }

  public Links links() {
    return links;
  }

  /** A header's value. */
  public Optional<String> header(String name) {
    return request.getHeader(name).map(header -> header.value());
  }

  /** The JSON object of the body as {@code shape} reads it; 400, 413 or 415 when it cannot. */
  public <T> CompletionStage<T> body(Function<Body, T> shape) {
    return json(JSON, root -> root.object(shape));
  }

  /** Like {@link #body}; an absent body counts as {@code {}}. */
  public <T> CompletionStage<T> bodyOrEmpty(Function<Body, T> shape) {
    if (request.entity().isKnownEmpty()) {
      ObjectNode none = Json.object();
      return CompletableFuture.completedFuture(
          new Field("", none, service.looseBodies()).object(shape));
    }
    return body(shape);
  }

  /**
   * The JSON value of the body, whatever it is.
   *
   * @param mediaTypes the content types taken, lower case; another is 415
   */
  public <T> CompletionStage<T> json(Set<String> mediaTypes, Function<Field, T> shape) {
    return reader
        .read(request.entity(), mediaTypes)
        .thenApply(node -> shape.apply(new Field("", node, service.looseBodies())));
  }

  /** Who asks for an operation on an instance, and under which id. */
  public UserCommand.Origin origin() {
    return origin(new OperationId(requestId));
  }

  /** The same caller for a second operation on the same instance, which needs an id of its own. */
  public UserCommand.Origin anotherOrigin() {
    return origin(OperationId.fresh());
  }

  private UserCommand.Origin origin(OperationId id) {
    return new UserCommand.Origin(
        id, caller().userId(), caller().project().value(), caller().isAdmin());
  }
}
