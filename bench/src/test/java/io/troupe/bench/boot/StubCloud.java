package io.troupe.bench.boot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A cloud in memory that keeps its word: a server is BUILD for a set time, then ACTIVE or, if its
 * number says so, ERROR; a deleted one is not found any more. Knows one user, one flavor, one
 * image, one network.
 */
final class StubCloud implements AutoCloseable {
  static final String PASSWORD = "open sesame";
  private static final String TOKEN = "token-of-the-stub";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Guest> guests = new ConcurrentHashMap<>();
  private final AtomicInteger created = new AtomicInteger();

  /** How long a server is BUILD (milliseconds). */
  volatile long buildMillis = 10;

  /** Every so many-th server fails; 0 for none. */
  volatile int failEvery;

  /** Refused with 403 once so many exist. */
  volatile int quota = Integer.MAX_VALUE;

  /**
   * The server with this number is answered late, and all behind it (one lock, as a stalled server
   * has).
   */
  volatile int stallAt = -1;

  volatile long stallMillis;

  private record Guest(String name, int number, long builtAtNanos) {}

  StubCloud() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
    http.setExecutor(threads);
    http.createContext("/identity/v3/auth/tokens", guarded(this::login));
    http.createContext("/compute/v2.1/flavors", guarded(e -> list(e, "flavors", "m1.nano", "f-1")));
    http.createContext("/image/v2/images", guarded(e -> list(e, "images", "tiny", "i-1")));
    http.createContext(
        "/networking/v2.0/networks", guarded(e -> list(e, "networks", "flat", "n-1")));
    http.createContext("/compute/v2.1/servers", guarded(this::servers));
    http.start();
  }

  String address() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  int serversLeft() {
    return guests.size();
  }

  int serversCreated() {
    return created.get();
  }

  private interface Handler {
    void handle(HttpExchange exchange) throws IOException;
  }

  private static com.sun.net.httpserver.HttpHandler guarded(Handler handler) {
    return exchange -> {
      try (exchange) {
        handler.handle(exchange);
      }
    };
  }

  private void login(HttpExchange exchange) throws IOException {
    var auth = JSON.readTree(exchange.getRequestBody()).path("auth");
    if (!auth.at("/identity/password/user/password").asText().equals(PASSWORD)) {
      fail(exchange, 401, "unauthorized", "The request you have made requires authentication.");
      return;
    }
    exchange.getResponseHeaders().add("X-Subject-Token", TOKEN);
    var catalog = JSON.createArrayNode();
    Map.of("compute", "/compute/v2.1", "image", "/image", "network", "/networking")
        .forEach(
            (type, path) -> {
              var endpoints = catalog.addObject().put("type", type).putArray("endpoints");
              endpoints.addObject().put("interface", "admin").put("url", "http://192.0.2.1/");
              endpoints.addObject().put("interface", "public").put("url", address() + path + "/");
            });
    answer(
        exchange,
        201,
        JSON.createObjectNode().set("token", JSON.createObjectNode().set("catalog", catalog)));
  }

  private void list(HttpExchange exchange, String collection, String name, String id)
      throws IOException {
    var body = JSON.createObjectNode();
    body.putArray(collection).addObject().put("name", name).put("id", id).put("status", "active");
    answer(exchange, 200, body);
  }

  private void servers(HttpExchange exchange) throws IOException {
    if (!TOKEN.equals(exchange.getRequestHeaders().getFirst("X-Auth-Token"))) {
      fail(exchange, 401, "unauthorized", "no token");
      return;
    }
    var path = exchange.getRequestURI().getPath();
    var id = path.substring(path.lastIndexOf('/') + 1);
    switch (exchange.getRequestMethod()) {
      case "POST" -> create(exchange);
      case "DELETE" -> {
        if (guests.remove(id) == null) {
          fail(exchange, 404, "itemNotFound", "Instance " + id + " could not be found.");
        } else {
          exchange.sendResponseHeaders(204, -1);
        }
      }
      default -> {
        if (id.equals("detail")) {
          var body = JSON.createObjectNode();
          var servers = body.putArray("servers");
          guests.forEach((key, guest) -> servers.add(server(key, guest)));
          answer(exchange, 200, body);
        } else if (guests.get(id) instanceof Guest guest) {
          answer(exchange, 200, JSON.createObjectNode().set("server", server(id, guest)));
        } else {
          fail(exchange, 404, "itemNotFound", "Instance " + id + " could not be found.");
        }
      }
    }
  }

  private void create(HttpExchange exchange) throws IOException {
    var server = JSON.readTree(exchange.getRequestBody()).path("server");
    var known =
        server.path("flavorRef").asText().equals("f-1")
            && server.path("imageRef").asText().equals("i-1");
    var networks = server.path("networks");
    if (!known
        || !(networks.asText().equals("none") || networks.at("/0/uuid").asText().equals("n-1"))) {
      fail(exchange, 400, "badRequest", "Invalid input: " + server);
      return;
    }
    if (guests.size() >= quota) {
      fail(
          exchange,
          403,
          "forbidden",
          "Quota exceeded for instances: Requested 1, but already used " + quota);
      return;
    }
    var number = created.incrementAndGet();
    stall(number);
    var id = UUID.randomUUID().toString();
    guests.put(
        id,
        new Guest(
            server.path("name").asText(),
            number,
            System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(buildMillis)));
    answer(
        exchange,
        202,
        JSON.createObjectNode().set("server", JSON.createObjectNode().put("id", id)));
  }

  private synchronized void stall(int number) {
    if (number == stallAt) {
      try {
        TimeUnit.MILLISECONDS.sleep(stallMillis);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private JsonNode server(String id, Guest guest) {
    var body = JSON.createObjectNode().put("id", id).put("name", guest.name());
    if (System.nanoTime() < guest.builtAtNanos()) {
      return body.put("status", "BUILD");
    }
    if (failEvery > 0 && guest.number() % failEvery == 0) {
      body.putObject("fault")
          .put("message", "No valid host for " + id + " number " + guest.number());
      return body.put("status", "ERROR");
    }
    return body.put("status", "ACTIVE");
  }

  private static void fail(HttpExchange exchange, int status, String key, String message)
      throws IOException {
    var body = JSON.createObjectNode();
    body.putObject(key).put("code", status).put("message", message);
    answer(exchange, status, body);
  }

  private static void answer(HttpExchange exchange, int status, JsonNode body) throws IOException {
    var bytes = JSON.writeValueAsBytes(body);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    http.stop(0);
    threads.close();
  }
}
