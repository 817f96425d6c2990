package io.troupe.node;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.catalog.CatalogEntry;
import io.troupe.actors.catalog.Connection;
import io.troupe.actors.catalog.Flavor;
import io.troupe.actors.catalog.KeyPair;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.RoleAssignment;
import io.troupe.actors.catalog.User;
import io.troupe.http.compute.SshKeys;
import io.troupe.http.identity.Passwords;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What {@code ./troupe dev} has besides the node: projects, users, flavors, an image, a network, a
 * key and hypervisors. Each is made once; what is there is left as it is, so that a start broken
 * off half-way is finished by the next one.
 */
final class DevCloud {
  /**
   * What the command line asks for.
   *
   * @param fakeHosts hosts of the fake hypervisor, empty when nothing was said
   */
  record Wishes(Optional<Integer> fakeHosts, List<URI> hypervisors) {}

  private static final int DEFAULT_FAKE_HOSTS = 20;

  private static final String KEY_NAME = "default";
  private static final String NETWORK_NAME = "private";

  private final TroupeNode node;
  private final Catalog catalog;
  private final Path directory;
  private final SecureRandom random = new SecureRandom();
  private String imageName = "";

  private DevCloud(TroupeNode node) {
    this.node = node;
    this.catalog = node.catalog();
    this.directory = node.dataDir();
  }

  /** Makes what is missing; returns when the cloud can boot. */
  static DevCloud make(TroupeNode node, Wishes wishes) throws IOException, StartRefused {
    var cloud = new DevCloud(node);
    cloud.hypervisors(wishes);
    cloud.flavors();
    cloud.network();
    cloud.people();
    cloud.imageName = DevImage.make(node, cloud.project("admin").id());
    return cloud;
  }

  String whatToTypeNext() {
    return """
        Logs are in %1$s/troupe.log. In another terminal:
          export OS_CLIENT_CONFIG_FILE=%2$s OS_CLOUD=troupe
          openstack server create --flavor m1.nano --image %3$s --network %4$s --key-name %5$s --wait first
        As administrator: OS_CLOUD=troupe-admin"""
        .formatted(
            directory,
            directory.resolve("clouds.yaml").toAbsolutePath(),
            imageName,
            NETWORK_NAME,
            KEY_NAME);
  }

  // ---- hypervisors

  private void hypervisors(Wishes wishes) throws StartRefused {
    var known = catalog.all(Connection.class);
    var count =
        wishes
            .fakeHosts()
            .or(
                () ->
                    known.isEmpty() && wishes.hypervisors().isEmpty()
                        ? Optional.of(DEFAULT_FAKE_HOSTS)
                        : Optional.empty());
    if (count.isPresent()) {
      fakeHosts(count.get());
    }
    for (URI uri : wishes.hypervisors()) {
      if (known.stream().noneMatch(one -> one.uri().equals(uri.toString()))) {
        register(connectionName(uri), uri.toString());
      }
    }
  }

  private void fakeHosts(int count) throws StartRefused {
    // Ends in a slash once the folder is there; the address must not change with it.
    var guests =
        directory
            .resolve("hypervisor")
            .toAbsolutePath()
            .toUri()
            .getRawPath()
            .replaceFirst("/$", "");
    var uri = count == 0 ? "" : "fake://?hosts=" + count + "&prefix=fake-&state=" + guests;
    var known = catalog.find(Connection.class, "fake");
    if (known.isPresent() && known.get().uri().equals(uri)) {
      return;
    }
    if (known.isPresent()) {
      // The fleet shall have another size: the same connection, opened anew. Refused while that
      // would lose instances.
      switch (TroupeNode.await(node.hosts().remove("fake"))) {
        case Answer.Accepted<?> _ -> {}
        case Answer.Rejected<?>(var reason) ->
            throw new StartRefused(
                "the number of fake hosts cannot be changed while they have instances: " + reason);
      }
    }
    if (count > 0) {
      register("fake", uri);
    }
  }

  private String connectionName(URI uri) {
    var scheme = uri.getScheme() == null ? "unknown" : uri.getScheme().replace('+', '-');
    var name = scheme;
    for (int n = 2; catalog.find(Connection.class, name).isPresent(); n++) {
      name = scheme + "-" + n;
    }
    return name;
  }

  private void register(String id, String uri) throws StartRefused {
    var answer = node.hosts().register(id, uri, Map.of()).toCompletableFuture().join();
    if (answer instanceof Answer.Rejected<?>(var reason)) {
      throw new StartRefused("hypervisor " + id + " cannot be used: " + reason);
    }
  }

  // ---- flavors, network

  private void flavors() {
    flavor("1", "m1.nano", 1, 128, 1);
    flavor("2", "m1.tiny", 1, 512, 1);
    flavor("3", "m1.small", 1, 2048, 20);
    flavor("4", "m1.medium", 2, 4096, 40);
    flavor("5", "m1.large", 4, 8192, 80);
  }

  private void flavor(String id, String name, int vcpus, long ramMib, int rootGib) {
    if (catalog.all(Flavor.class).stream().noneMatch(one -> one.name().equals(name))) {
      create(
          new Flavor(
              id,
              name,
              vcpus,
              ramMib,
              rootGib,
              0,
              0,
              1.0,
              true,
              Optional.empty(),
              Map.of(),
              Set.of(),
              Instant.now()));
    }
  }

  private void network() {
    if (!catalog.all(Network.class).isEmpty()) {
      return;
    }
    var subnet =
        new Network.Subnet(
            UUID.randomUUID().toString(),
            NETWORK_NAME + "-subnet",
            "10.0.0.0/16",
            Optional.of("10.0.0.1"),
            List.of(),
            "10.0.0.10",
            "10.0.255.254");
    create(
        new Network(
            UUID.randomUUID().toString(),
            NETWORK_NAME,
            project("admin").id(),
            true,
            1500,
            List.of(subnet),
            Instant.now()));
  }

  // ---- people

  private void people() throws IOException {
    var admin = project("admin");
    var demo = project("demo");
    var file = directory.resolve("clouds.yaml");
    var complete =
        Files.exists(file)
            && List.of("admin", "demo", "reader").stream().allMatch(name -> user(name).isPresent());
    if (!complete) {
      var passwords = Map.of("admin", password(), "demo", password(), "reader", password());
      person("admin", admin, "admin", passwords.get("admin"));
      person("demo", demo, "member", passwords.get("demo"));
      person("reader", demo, "reader", passwords.get("reader"));
      OwnersFile.write(
          file, CloudsYaml.text(node.url(), passwords).getBytes(StandardCharsets.UTF_8));
    } else {
      CloudsYaml.moveTo(file, node.url());
    }
    key(user("demo").orElseThrow());
  }

  private Project project(String name) {
    var found =
        catalog.all(Project.class).stream().filter(one -> one.name().equals(name)).findFirst();
    if (found.isPresent()) {
      return found.get();
    }
    Map<String, Long> quotas = name.equals("admin") ? Administrator.unlimited() : Map.of();
    return create(new Project(Administrator.hexId(), name, true, Optional.empty(), quotas));
  }

  private Optional<User> user(String name) {
    return catalog.all(User.class).stream().filter(one -> one.name().equals(name)).findFirst();
  }

  private void person(String name, Project project, String role, String password) {
    var hash = Passwords.hash(password);
    var known = user(name);
    var user =
        known.isPresent()
            ? update(known.get(), hash)
            : create(
                new User(
                    Administrator.hexId(),
                    name,
                    hash,
                    true,
                    Optional.of(project.id()),
                    Optional.empty()));
    var assignment = new RoleAssignment(user.id(), project.id(), role);
    if (catalog.find(RoleAssignment.class, assignment.key()).isEmpty()) {
      create(assignment);
    }
  }

  private User update(User user, String hash) {
    return accepted(
        TroupeNode.await(
            catalog.update(
                User.class,
                user.id(),
                old ->
                    Answer.of(
                        new User(
                            old.id(),
                            old.name(),
                            hash,
                            old.enabled(),
                            old.defaultProjectId(),
                            old.description())))));
  }

  private void key(User user) throws IOException {
    if (catalog.find(KeyPair.class, KeyPair.key(user.id(), KEY_NAME)).isPresent()) {
      return;
    }
    var pair = SshKeys.generate("troupe-dev");
    OwnersFile.write(
        directory.resolve("id_" + KEY_NAME), pair.privateKey().getBytes(StandardCharsets.UTF_8));
    create(
        new KeyPair(
            user.id(),
            KEY_NAME,
            "ssh",
            pair.publicKey(),
            SshKeys.fingerprint(pair.publicKey()).orElseThrow(),
            Instant.now()));
  }

  private String password() {
    var bytes = new byte[18];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private <E extends CatalogEntry> E create(E entry) {
    return accepted(TroupeNode.await(catalog.create(entry)));
  }

  private static <E> E accepted(Answer<E> answer) {
    return switch (answer) {
      case Answer.Accepted<E>(var value) -> value;
      case Answer.Rejected<E>(var reason) -> throw new IllegalStateException(reason.toString());
    };
  }
}
