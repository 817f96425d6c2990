package io.troupe.http.route;

import io.micrometer.core.instrument.MeterRegistry;
import io.troupe.config.ApiSettings;
import io.troupe.http.access.Caller;
import io.troupe.http.access.Policy;
import io.troupe.http.access.TokenReader;
import io.troupe.http.error.ApiError;
import io.troupe.http.error.ErrorForm;
import io.troupe.http.error.Refused;
import io.troupe.http.json.Field;
import io.troupe.http.microversion.Microversion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.model.headers.TimeoutAccess;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Answers every request of the port: finds the route, checks token, microversion and policy (in
 * that order, so that nobody learns what exists without a token), runs the handler, and gives every
 * answer its request id and version headers. Never throws and never fails its stage.
 */
public final class Router {
  private static final Logger LOG = LoggerFactory.getLogger(Router.class);
  private static final Microversion NONE = new Microversion(0, 0);

  /** How much of a refused body is read to its end, so that the client sees the answer. */
  private static final long DRAIN_BYTES = 16L * 1024 * 1024;

  private final RouteTree tree;
  private final RouteTimer unrouted;
  private final TokenReader tokens;
  private final ApiSettings settings;
  private final Materializer materializer;
  private final EntityReader reader;

  public Router(
      List<Service> services,
      TokenReader tokens,
      ApiSettings settings,
      MeterRegistry registry,
      Materializer materializer) {
    var timers = new RouteTimer.Factory(registry);
    this.tree = new RouteTree(services, timers);
    this.unrouted = timers.unrouted();
    this.tokens = tokens;
    this.settings = settings;
    this.materializer = materializer;
    this.reader = new EntityReader(settings, materializer);
  }

  public CompletionStage<HttpResponse> handle(HttpRequest request) {
    var exchange = new Exchange(request, "req-" + UUID.randomUUID(), System.nanoTime());
    MDC.put("requestId", exchange.requestId);
    request
        .getHeader("X-OpenStack-Request-ID")
        .map(HttpHeader::value)
        .filter(Router::isRequestId)
        .ifPresent(global -> MDC.put("globalRequestId", global));
    request
        .getHeader(TimeoutAccess.class)
        .ifPresent(access -> access.timeoutAccess().updateHandler(exchange::tooLate));
    try {
      return exchange.answer().handle(exchange::finish);
    } catch (RuntimeException e) {
      return CompletableFuture.completedFuture(exchange.finish(null, e));
    } finally {
      MDC.remove("requestId");
      MDC.remove("globalRequestId");
    }
  }

  /** {@code req-UUID}: the id another service gave to what this request is a part of. */
  private static boolean isRequestId(String text) {
    return text.startsWith("req-") && Field.isUuid(text.substring(4));
  }

  /** One request on its way, and what has been found out about it. */
  private final class Exchange {
    private final HttpRequest request;
    private final String requestId;
    private final long startedNanos;
    private ErrorForm errors = ErrorForm.COMPUTE;
    private RouteTimer timer = unrouted;
    private final List<HttpHeader> headers = new ArrayList<>(6);

    Exchange(HttpRequest request, String requestId, long startedNanos) {
      this.request = request;
      this.requestId = requestId;
      this.startedNanos = startedNanos;
      headers.add(RawHeader.create("x-openstack-request-id", requestId));
    }

    CompletionStage<HttpResponse> answer() {
      var segments = new ArrayList<String>(6);
      request.getUri().pathSegments().forEach(segments::add);
      RouteTree.Found found = tree.find(segments);
      RouteTree.Mount mount = found.mount().orElseThrow(() -> ApiError.noSuchPath().thrown());
      Service service = mount.service();
      errors = service.errors();
      if (errors == ErrorForm.COMPUTE) {
        headers.add(RawHeader.create("x-compute-request-id", requestId));
      }
      var links =
          new Links(Links.base(request, settings.publicEndpoint()), mount.path(), found.project());
      if (found.leaves().isEmpty() && service.fallback().isPresent()) {
        return service.fallback().get().handle(call(service, fallbackLeaf(service), found, links));
      }
      List<RouteTree.Leaf> leaves = found.forMethod(request.method());
      boolean open =
          !leaves.isEmpty() && leaves.stream().allMatch(l -> l.route().policy() == Policy.OPEN);
      Optional<Caller> caller = open ? Optional.empty() : Optional.of(authenticate(links));
      Microversion version = open ? NONE : negotiate(service);
      RouteTree.Leaf leaf = choose(found, leaves, version);
      timer = leaf.timer();
      caller.ifPresent(who -> authorise(who, leaf.route(), found));
      var call =
          new Call(
              request, requestId, service, leaf, found.values(), caller, version, links, reader);
      return leaf.route().handler().handle(call);
    }

    private Call call(Service service, RouteTree.Leaf leaf, RouteTree.Found found, Links links) {
      return new Call(
          request, requestId, service, leaf, found.values(), Optional.empty(), NONE, links, reader);
    }

    private RouteTree.Leaf fallbackLeaf(Service service) {
      var route = Route.get("/", Policy.OPEN, service.fallback().orElseThrow());
      return new RouteTree.Leaf(route, List.of(), unrouted);
    }

    private Caller authenticate(Links links) {
      return request
          .getHeader("X-Auth-Token")
          .flatMap(header -> tokens.read(header.value()))
          .orElseThrow(
              () -> {
                headers.add(
                    RawHeader.create(
                        "WWW-Authenticate",
                        "Keystone uri=\"" + links.absolute("/identity/v3") + "\""));
                errors = ErrorForm.IDENTITY;
                return ApiError.unauthorized().thrown();
              });
    }

    private Microversion negotiate(Service service) {
      if (service.microversions().isEmpty()) {
        return new Microversion(2, 1);
      }
      var range = service.microversions().get();
      Microversion version;
      try {
        version = range.negotiate(request);
      } catch (Refused e) {
        headers.addAll(range.echo(range.min()));
        throw e;
      }
      headers.addAll(range.echo(version));
      return version;
    }

    private RouteTree.Leaf choose(
        RouteTree.Found found, List<RouteTree.Leaf> leaves, Microversion version) {
      for (RouteTree.Leaf leaf : leaves) {
        if (leaf.route().window().holds(version)) {
          return leaf;
        }
      }
      if (!leaves.isEmpty() || found.leaves().isEmpty()) {
        throw ApiError.noSuchPath().thrown();
      }
      throw new ApiError(
              405,
              "MethodNotAllowed",
              "The method %s is not allowed for this resource.".formatted(request.method().name()),
              Map.of("Allow", String.join(", ", found.methods())))
          .thrown();
    }

    private void authorise(Caller caller, Route route, RouteTree.Found found) {
      caller.require(route.policy(), route.method().name() + " " + route.path());
      if (route.policy() == Policy.OWN_USER) {
        Query.of(request).get("user_id").ifPresent(caller::requireUser);
      }
      if (found.project().isPresent()
          && !caller.scope().map(scope -> scope.value()).equals(found.project())) {
        throw ApiError.badRequest(
                "Malformed request URL: URL's project_id '%s' doesn't match Context's project_id"
                        .formatted(found.project().get())
                    + " '"
                    + caller.scope().map(scope -> scope.value()).orElse("")
                    + "'")
            .thrown();
      }
    }

    HttpResponse finish(HttpResponse response, Throwable failure) {
      HttpResponse answer = failure == null ? response : refusal(failure);
      timer.record(answer.status().intValue(), System.nanoTime() - startedNanos);
      return answer.addHeaders(headers);
    }

    /** What the client gets when the handler has not answered in time; it may still be at work. */
    HttpResponse tooLate(HttpRequest late) {
      LOG.warn("{} {} took too long: {}", late.method().name(), path(), requestId);
      return finish(null, new TimeoutException());
    }

    private HttpResponse refusal(Throwable failure) {
      Throwable cause = failure;
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      ApiError error =
          switch (cause) {
            case Refused refused -> refused.error();
            case TimeoutException late ->
                new ApiError(503, "ServiceUnavailable", "It took too long; please try again.");
            default -> {
              MDC.put("requestId", requestId);
              LOG.error("{} {} failed: {}", request.method().name(), path(), requestId, cause);
              MDC.remove("requestId");
              yield ApiError.unexpected(requestId, cause);
            }
          };
      HttpResponse answer = Reply.json(error.status(), errors.body(error));
      for (var header : error.headers().entrySet()) {
        answer = answer.addHeader(RawHeader.create(header.getKey(), header.getValue()));
      }
      return drain(answer);
    }

    /**
     * Reads what is left of a refused body up to a bound, since a client that is still sending
     * would otherwise see a broken connection instead of the answer.
     */
    private HttpResponse drain(HttpResponse answer) {
      if (request.entity().isStrict()) {
        return answer;
      }
      request
          .entity()
          .withSizeLimit(DRAIN_BYTES)
          .getDataBytes()
          .runWith(Sink.ignore(), materializer)
          .exceptionally(alreadyReadOrTooLong -> null);
      return answer.addHeader(Connection.create("close"));
    }

    private String path() {
      return request.getUri().path();
    }
  }
}
