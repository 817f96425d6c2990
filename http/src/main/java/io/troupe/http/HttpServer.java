package io.troupe.http;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.MeterRegistry;
import io.troupe.config.ApiSettings;
import io.troupe.http.access.TokenReader;
import io.troupe.http.identity.Passwords;
import io.troupe.http.identity.Tokens;
import io.troupe.http.route.Router;
import io.troupe.http.route.Service;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.Materializer;

/** The port every service hangs under. */
public final class HttpServer {
  private HttpServer() {}

  /**
   * Serves all services of the cloud at an address.
   *
   * @param port 0 for any free one
   * @param engine what the operator says to Pekko; wins over what we say
   * @return the binding; it fails with {@code BindException} when the port is in use
   */
  public static CompletionStage<ServerBinding> start(
      ActorSystem<?> system, String address, int port, Api api, Config engine) {
    var tokens = new Tokens(api.tokenKey(), api.catalog(), api.clock());
    var passwords = new Passwords(api.settings().passwordChecks());
    system.getWhenTerminated().whenComplete((done, failure) -> passwords.close());
    return bind(
        system,
        address,
        port,
        Services.of(api, tokens, passwords, Materializer.matFromSystem(system)),
        tokens,
        api.settings(),
        api.registry(),
        engine);
  }

  /**
   * Serves these services at an address.
   *
   * @param port 0 for any free one
   * @param engine what the operator says to Pekko; wins over what we say
   * @return the binding; it fails with {@code BindException} when the port is in use
   */
  public static CompletionStage<ServerBinding> bind(
      ActorSystem<?> system,
      String address,
      int port,
      List<Service> services,
      TokenReader tokens,
      ApiSettings settings,
      MeterRegistry registry,
      Config engine) {
    var router =
        new Router(services, tokens, settings, registry, Materializer.matFromSystem(system));
    Function<HttpRequest, CompletionStage<HttpResponse>> handler =
        request ->
            router
                .handle(request)
                .thenApply(answer -> isStopping(system) ? andClose(answer) : answer);
    var config =
        engine
            .withFallback(
                ConfigFactory.parseString(
                    "pekko.http.server { request-timeout = %ds, idle-timeout = %ds }"
                        .formatted(
                            settings.requestTimeoutSeconds(),
                            settings.requestTimeoutSeconds() + 30)))
            .withFallback(ConfigFactory.parseResources(HttpServer.class, "server.conf"))
            .withFallback(system.settings().config())
            .resolve();
    return Http.get(system)
        .newServerAt(address, port)
        .withSettings(ServerSettings.create(config))
        .bind(handler);
  }

  /** Whether this node has been told to stop: who keeps a connection open shall look elsewhere. */
  public static boolean isStopping(ActorSystem<?> system) {
    return CoordinatedShutdown.get(system).getShutdownReason().isPresent();
  }

  private static HttpResponse andClose(HttpResponse answer) {
    return answer.getHeader(Connection.class).isPresent()
        ? answer
        : answer.addHeader(Connection.create("close"));
  }
}
