package io.troupe.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.Api;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import io.troupe.http.compute.ComputeService;
import io.troupe.http.identity.IdentityService;
import io.troupe.http.identity.Passwords;
import io.troupe.http.identity.Tokens;
import io.troupe.http.microversion.Window;
import io.troupe.http.route.Route;
import io.troupe.http.route.Service;
import io.troupe.http.volume.VolumeService;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * Every route of Identity, Compute and the Volume service: who may call it, tried out, and written
 * in a page.
 */
class PolicyTableTest extends CloudTest {
  private static final Path PAGE = Path.of("..", "docs", "api.md");

  @Test
  void thePageSaysWhatTheRoutesSay() throws IOException {
    var page = new StringBuilder();
    page.append("# What the API has\n\n");
    page.append("Written by `PolicyTableTest`; run it with `-Dsamples.write=true` after a change.");
    page.append(" Roles hold one another: admin > manager > member > reader;");
    page.append(" beside them is service, which holds none and is held by none.");
    page.append(" What belongs to another project is 404 to everyone but an admin;");
    page.append(" only volumes and snapshots are seen by a service too, whosever they are.\n\n");
    page.append("| service | method | path | microversions | who |\n|---|---|---|---|---|\n");
    for (Service service : services()) {
      for (Route route : service.routes()) {
        page.append(
            "| %s | %s | `%s%s` | %s | %s |\n"
                .formatted(
                    service.name(),
                    route.method().name(),
                    service.mounts().getFirst(),
                    route.path().equals("/") ? "" : route.path(),
                    window(route.window()),
                    who(route.policy())));
      }
    }
    if (Boolean.getBoolean("samples.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(page.toString()).isEqualTo(Files.readString(PAGE));
  }

  @Test
  void withoutATokenOnlyOpenRoutesAnswer() {
    for (Service service : services()) {
      for (Route route : service.routes()) {
        var reply = call(cloud.anonymous(), service, route);
        boolean asksForOne = route.path().equals("/auth/tokens") && reply.status() == 400;
        assertThat(reply.status() != 401 || asksForOne)
            .as(service.name() + " " + route)
            .isEqualTo(route.policy() == Policy.OPEN);
      }
    }
  }

  @Test
  void aRoleBelowThePolicyIsForbidden() {
    var reader = cloud.as("rita", "demo").at("latest");
    var member = cloud.alice().at("latest");
    for (Service service : services()) {
      for (Route route : service.routes()) {
        switch (route.policy()) {
          case OPEN, ANY, READER, READER_OR_SERVICE, OWN_USER, OWN_USER_IN_PERSON -> {}
          case MEMBER, MEMBER_OR_SERVICE -> assertForbidden(call(reader, service, route), route);
          case MANAGER, ADMIN, SERVICE -> {
            assertForbidden(call(reader, service, route), route);
            assertForbidden(call(member, service, route), route);
          }
        }
      }
    }
  }

  private static void assertForbidden(TestClient.Reply reply, Route route) {
    assertThat(reply.status()).as(route.toString()).isEqualTo(403);
  }

  private static TestClient.Reply call(TestClient client, Service service, Route route) {
    String path = service.mounts().getFirst() + route.path().replaceAll("\\{[^}]*}", "x");
    boolean body = route.method().isEntityAccepted() && !route.method().name().equals("GET");
    var window = route.window();
    var asked =
        window.lastMinor() == Integer.MAX_VALUE ? client : client.at("2." + window.lastMinor());
    return client.send(
        asked
            .json(path)
            .method(
                route.method().name(),
                body
                    ? HttpRequest.BodyPublishers.ofString("{}")
                    : HttpRequest.BodyPublishers.noBody()));
  }

  private List<Service> services() {
    Api api = cloud.api;
    var services = new ArrayList<Service>();
    var tokens = new Tokens(api.tokenKey(), api.catalog(), api.clock());
    services.addAll(IdentityService.services(api, tokens, new Passwords(1)));
    ComputeService.services(api).stream()
        .filter(service -> !service.name().equals("compute-legacy"))
        .forEach(services::add);
    services.addAll(VolumeService.services(api));
    return services;
  }

  private static String window(Window window) {
    if (window.equals(Window.ALWAYS)) {
      return "";
    }
    return (window.firstMinor() == 0 ? "2.1" : "2." + window.firstMinor())
        + "–"
        + (window.lastMinor() == Integer.MAX_VALUE ? "" : "2." + window.lastMinor());
  }

  private static String who(Policy policy) {
    return policy.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
