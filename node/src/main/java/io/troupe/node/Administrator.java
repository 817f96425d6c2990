package io.troupe.node;

import io.troupe.actors.Answer;
import io.troupe.actors.catalog.CatalogEntry;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.RoleAssignment;
import io.troupe.actors.catalog.User;
import io.troupe.config.Settings.IdentitySettings;
import io.troupe.http.identity.Passwords;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * The first user of a new cloud. Nodes that start together may all try: names are unique, one wins.
 */
final class Administrator {
  private static final String NAME = "admin";

  private Administrator() {}

  static void make(TroupeNode node, IdentitySettings identity) throws IOException, StartRefused {
    if (identity.adminPasswordFile().isEmpty()
        || find(node, User.class, user -> user.name().equals(NAME)).isPresent()) {
      return;
    }
    var file = identity.adminPasswordFile().get();
    if (!Files.isReadable(file)) {
      throw new StartRefused("cannot read troupe.identity.admin-password-file " + file);
    }
    var password = Files.readString(file).strip();
    if (password.length() < 8) {
      throw new StartRefused(
          file + ": the administrator's password must have 8 characters or more");
    }
    var project =
        made(
            node,
            Project.class,
            new Project(hexId(), NAME, true, Optional.empty(), unlimited()),
            one -> one.name().equals(NAME));
    var user =
        made(
            node,
            User.class,
            new User(
                hexId(),
                NAME,
                Passwords.hash(password),
                true,
                Optional.of(project.id()),
                Optional.empty()),
            one -> one.name().equals(NAME));
    var role = new RoleAssignment(user.id(), project.id(), "admin");
    made(node, RoleAssignment.class, role, one -> one.key().equals(role.key()));
  }

  static Map<String, Long> unlimited() {
    return Map.of(
        "instances", -1L,
        "cores", -1L,
        "ram", -1L,
        "key_pairs", -1L,
        "metadata_items", -1L,
        "server_groups", -1L,
        "server_group_members", -1L);
  }

  static String hexId() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  private static <E extends CatalogEntry> E made(
      TroupeNode node, Class<E> kind, E entry, Predicate<E> same) {
    return switch (TroupeNode.await(node.catalog().create(entry))) {
      case Answer.Accepted<E>(var created) -> created;
      case Answer.Rejected<E>(var reason) ->
          find(node, kind, same).orElseThrow(() -> new IllegalStateException(reason.toString()));
    };
  }

  private static <E extends CatalogEntry> Optional<E> find(
      TroupeNode node, Class<E> kind, Predicate<E> same) {
    return node.catalog().all(kind).stream().filter(same).findFirst();
  }
}
