package io.troupe.http.identity;

import io.troupe.actors.Catalog;
import io.troupe.actors.catalog.ApplicationCredential;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.RoleAssignment;
import io.troupe.actors.catalog.User;
import io.troupe.http.access.Role;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/** Users, projects and who has which role where. */
final class Directory {
  static final String DOMAIN_ID = "default";
  static final String DOMAIN_NAME = "Default";

  private final Catalog catalog;

  Directory(Catalog catalog) {
    this.catalog = catalog;
  }

  /** How a request names a user, project or domain: by id, or by name. */
  record Named(Optional<String> id, Optional<String> name) {}

  /** Whether this is the one domain there is. */
  static boolean isDefaultDomain(Named domain) {
    return domain.id().map(DOMAIN_ID::equals).orElse(true)
        && domain.name().map(name -> name.equalsIgnoreCase(DOMAIN_NAME)).orElse(true);
  }

  Optional<User> user(Named named) {
    return named.id().isPresent()
        ? catalog.find(User.class, named.id().get())
        : named.name().flatMap(name -> first(users(), user -> user.name().equals(name)));
  }

  Optional<User> user(String id) {
    return catalog.find(User.class, id);
  }

  Optional<Project> project(Named named) {
    return named.id().isPresent()
        ? catalog.find(Project.class, named.id().get())
        : named.name().flatMap(name -> first(projects(), p -> p.name().equals(name)));
  }

  Optional<Project> project(String id) {
    return catalog.find(Project.class, id);
  }

  Optional<ApplicationCredential> credential(String id) {
    return catalog.find(ApplicationCredential.class, id);
  }

  /** Application credentials of a user, in the order they were made. */
  List<ApplicationCredential> credentials(String userId) {
    return catalog.all(ApplicationCredential.class).stream()
        .filter(one -> one.userId().equals(userId))
        .toList();
  }

  /**
   * The role an application credential gives: its highest one, as long as its user still holds that
   * in the project; empty also when it has expired.
   */
  Optional<Role> role(ApplicationCredential credential, Instant now) {
    if (credential.expiresAt().filter(end -> !now.isBefore(end)).isPresent()) {
      return Optional.empty();
    }
    Optional<Role> wanted =
        credential.roles().stream().flatMap(word -> Role.of(word).stream()).max(Role::compareTo);
    if (wanted.filter(role -> role == Role.SERVICE).isPresent()) {
      return wanted.filter(role -> isService(credential.userId(), credential.projectId()));
    }
    return role(credential.userId(), credential.projectId())
        .filter(held -> wanted.filter(held::holds).isPresent())
        .flatMap(held -> wanted);
  }

  /** Whether a user has the role {@code service} in a project, whatever other it has. */
  boolean isService(String userId, String projectId) {
    String key = new RoleAssignment(userId, projectId, Role.SERVICE.word()).key();
    return catalog.find(RoleAssignment.class, key).isPresent();
  }

  List<User> users() {
    return catalog.all(User.class);
  }

  List<Project> projects() {
    return catalog.all(Project.class);
  }

  List<RoleAssignment> assignments() {
    return catalog.all(RoleAssignment.class);
  }

  /** The highest role a user has in a project; it holds the lower ones of the chain. */
  Optional<Role> role(String userId, String projectId) {
    Role[] roles = Role.values();
    for (int i = roles.length - 1; i >= 0; i--) {
      String key = new RoleAssignment(userId, projectId, roles[i].word()).key();
      if (catalog.find(RoleAssignment.class, key).isPresent()) {
        return Optional.of(roles[i]);
      }
    }
    return Optional.empty();
  }

  /** The enabled projects a user has a role in, by name. */
  List<Project> projectsOf(String userId) {
    return projects().stream()
        .filter(project -> project.enabled() && role(userId, project.id()).isPresent())
        .sorted(Comparator.comparing(Project::name))
        .toList();
  }

  /** A fixed id in Keystone's form, 32 hexadecimal digits, for things that have only a name. */
  static String fixedId(String kind, String name) {
    return UUID.nameUUIDFromBytes((kind + ":" + name).getBytes(StandardCharsets.UTF_8))
        .toString()
        .replace("-", "")
        .toLowerCase(Locale.ROOT);
  }

  /** A new id in Keystone's form. */
  static String freshId() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  /** The role of an id or a name. */
  static Optional<Role> role(Named named) {
    return Arrays.stream(Role.values())
        .filter(role -> named.id().map(roleId(role)::equals).orElse(true))
        .filter(role -> named.name().map(role.word()::equals).orElse(true))
        .findFirst();
  }

  static String roleId(Role role) {
    return fixedId("role", role.word());
  }

  private static <T> Optional<T> first(List<T> all, Predicate<T> fits) {
    return all.stream().filter(fits).findFirst();
  }
}
