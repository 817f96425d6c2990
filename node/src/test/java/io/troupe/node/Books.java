package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What the API, the hosts, the projects, the network and the hypervisor each say about the servers
 * there are, read once, when nothing moves. They have to say the same.
 *
 * @param servers of all projects
 * @param claims the servers that each host keeps capacity for
 * @param claimedRamMib of each host
 * @param guests the servers that the fake hypervisor has guests of, by host
 * @param ports the servers that have a port
 * @param limits of the projects, by project id
 */
record Books(
    List<JsonNode> servers,
    Map<String, Set<String>> claims,
    Map<String, Long> claimedRamMib,
    Map<String, Set<String>> guests,
    Set<String> ports,
    Map<String, JsonNode> limits) {

  /**
   * @param hypervisors the state directories of the fake hypervisors
   */
  static Books of(LiveNode node, Path... hypervisors) throws IOException {
    return of(List.of(node.admin(), node.demo()), hypervisors);
  }

  /**
   * @param projects one client of each project; the first is an administrator's
   */
  static Books of(List<NodeClient> projects, Path... hypervisors) throws IOException {
    var admin = projects.getFirst();
    var limits = new TreeMap<String, JsonNode>();
    projects.forEach(client -> limits.put(projectOf(client), limits(client)));
    var claims = new TreeMap<String, Set<String>>();
    var claimedRam = new TreeMap<String, Long>();
    for (var host : admin.get("/v1/hosts?limit=1000").expect(200).path("hosts")) {
      var id = host.path("id").textValue();
      var full = admin.get("/v1/hosts/" + id).expect(200).path("host");
      full.path("instances").forEach(one -> add(claims, id, one.textValue()));
      claimedRam.put(id, full.path("claimed").path("ram_mib").longValue());
    }
    return new Books(
        servers(admin),
        claims,
        claimedRam,
        guests(hypervisors),
        texts(all(admin, "/networking/v2.0/ports", "ports"), "device_id"),
        limits);
  }

  /** The same without a host. */
  Books without(String host) {
    var fewerClaims = new TreeMap<>(claims);
    var fewerGuests = new TreeMap<>(guests);
    fewerClaims.remove(host);
    fewerGuests.remove(host);
    var lessRam = new TreeMap<>(claimedRamMib);
    lessRam.remove(host);
    return new Books(servers, fewerClaims, lessRam, fewerGuests, ports, limits);
  }

  /** The servers of all projects, in full. */
  static List<JsonNode> servers(NodeClient admin) {
    return all(admin, "/compute/v2.1/servers/detail?all_tenants=1", "servers");
  }

  /** All pages of a list. */
  private static List<JsonNode> all(NodeClient client, String path, String kind) {
    var all = new ArrayList<JsonNode>();
    var paged = path + (path.contains("?") ? "&" : "?") + "limit=500";
    for (var marker = ""; ; ) {
      var page = client.get(paged + marker).expect(200).path(kind);
      page.forEach(all::add);
      if (page.size() < 500) {
        return all;
      }
      marker = "&marker=" + page.get(page.size() - 1).path("id").textValue();
    }
  }

  /** Returns when nothing is being done to any server; fails when that takes too long. */
  static void awaitQuiet(NodeClient admin, Duration patience) throws InterruptedException {
    var end = System.nanoTime() + patience.toNanos();
    while (true) {
      var busy = servers(admin).stream().filter(Predicate.not(Books::isQuiet)).toList();
      if (busy.isEmpty()) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("stuck after " + patience + ": " + busy);
      }
      Thread.sleep(100);
    }
  }

  static boolean isQuiet(JsonNode server) {
    return server.path("OS-EXT-STS:task_state").isNull() && !status(server).equals("BUILD");
  }

  static String status(JsonNode server) {
    return server.path("status").textValue();
  }

  private static String host(JsonNode server) {
    return server.path("OS-EXT-SRV-ATTR:host").textValue();
  }

  static String projectOf(NodeClient client) {
    var projects = client.get("/identity/v3/auth/projects").expect(200).path("projects");
    return projects.get(0).path("id").textValue();
  }

  private static JsonNode limits(NodeClient client) {
    return client.get("/compute/v2.1/limits").expect(200).path("limits").path("absolute");
  }

  private static Map<String, Set<String>> guests(Path... hypervisors) throws IOException {
    var lying = new TreeMap<String, Map<String, String>>();
    for (var hypervisor : hypervisors) {
      for (var line : Files.readAllLines(hypervisor.resolve("guests.jsonl"))) {
        replay(NodeClient.parse(line.getBytes(StandardCharsets.UTF_8)), lying);
      }
    }
    var guests = new TreeMap<String, Set<String>>();
    lying.forEach((host, there) -> there.values().forEach(one -> add(guests, host, one)));
    return guests;
  }

  /**
   * One line of the fake hypervisor's log, read as it does itself when it is opened: what lies on
   * each host by its name there. Whatever lies on a host shows: a volume that nobody deleted as
   * well as a guest; only guests that are nobody's server do not.
   */
  private static void replay(JsonNode change, Map<String, Map<String, String>> lying) {
    var host = change.path("host").textValue();
    var here = lying.computeIfAbsent(host, _ -> new TreeMap<>());
    switch (change.path("change").textValue()) {
      case "kept" -> keep(change.path("guest"), here);
      case "gone" -> here.remove(change.path("name").textValue());
      case "moved" -> {
        here.remove(change.path("guest").path("name").textValue());
        var to = change.path("to").textValue();
        keep(change.path("guest"), lying.computeIfAbsent(to, _ -> new TreeMap<>()));
      }
      case "volume-kept" -> here.put(volume(change), volume(change));
      case "volume-gone" -> here.remove(volume(change));
      case "epoch-raised", "awaited" -> {} // says nothing about guests that are there
      default -> throw new AssertionError("unknown change: " + change);
    }
  }

  private static void keep(JsonNode guest, Map<String, String> here) {
    var instance = guest.path("instance").textValue();
    if (instance != null) { // it may have been adopted: its name stays
      here.put(guest.path("name").textValue(), instance);
    }
  }

  private static String volume(JsonNode change) {
    return "volume " + change.path("id").textValue();
  }

  /** Every server is settled, and everybody counts the same ones. */
  void assertBalanced() {
    assertThat(servers)
        .allSatisfy(
            server -> {
              assertThat(status(server))
                  .as("%s", server)
                  .isIn(
                      "ACTIVE",
                      "SHUTOFF",
                      "PAUSED",
                      "SUSPENDED",
                      "RESCUE",
                      "SOFT_DELETED",
                      "ERROR");
              assertThat(server.path("OS-EXT-STS:task_state").isNull()).as("%s", server).isTrue();
              if (host(server) == null) { // one that an administrator called broken has no fault
                assertThat(server.path("fault").path("message").textValue())
                    .as("fault of %s", server)
                    .isNotBlank();
              }
            });
    var hosts = new TreeMap<String, Set<String>>();
    var onHost = servers.stream().filter(one -> host(one) != null).toList();
    onHost.forEach(one -> add(hosts, host(one), one.path("id").asText()));
    assertThat(claims).as("claims of the hosts, by the servers' hosts").isEqualTo(hosts);
    assertThat(guests).as("guests of the hypervisor, by the servers' hosts").isEqualTo(hosts);
    assertThat(claimedRamMib.values().stream().mapToLong(one -> one).sum())
        .as("claimed RAM")
        .isEqualTo(sum(onHost, "ram"));
    assertThat(ports)
        .as("servers with ports")
        .isEqualTo(texts(onHost.stream().filter(one -> one.path("addresses").size() > 0).toList()));
    limits.forEach(
        (project, used) -> {
          var own =
              servers.stream()
                  .filter(one -> one.path("tenant_id").asText().equals(project))
                  .filter(one -> !status(one).equals("SOFT_DELETED"))
                  .toList();
          assertThat(used.path("totalInstancesUsed").longValue())
              .as("instances counted in project %s", project)
              .isEqualTo(own.size());
          assertThat(used.path("totalCoresUsed").longValue()).isEqualTo(sum(own, "vcpus"));
          assertThat(used.path("totalRAMUsed").longValue()).isEqualTo(sum(own, "ram"));
        });
  }

  /** Nothing is left of anything. */
  void assertEmpty() {
    assertThat(servers).isEmpty();
    assertThat(claims).isEmpty();
    assertThat(guests).isEmpty();
    assertThat(ports).isEmpty();
    assertBalanced();
  }

  private static long sum(List<JsonNode> servers, String size) {
    return servers.stream().mapToLong(one -> one.path("flavor").path(size).longValue()).sum();
  }

  private static void add(Map<String, Set<String>> sets, String key, String value) {
    sets.computeIfAbsent(key, _ -> new TreeSet<>()).add(value);
  }

  private static Set<String> texts(List<JsonNode> servers) {
    var ids = new TreeSet<String>();
    servers.forEach(one -> ids.add(one.path("id").textValue()));
    return ids;
  }

  private static Set<String> texts(List<JsonNode> list, String key) {
    var texts = new TreeSet<String>();
    list.forEach(one -> texts.add(one.path(key).asText()));
    return texts;
  }
}
