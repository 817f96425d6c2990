package io.troupe.http.network;

import io.troupe.actors.Catalog;
import io.troupe.actors.catalog.Network;
import io.troupe.core.value.Names;
import io.troupe.core.value.ProjectId;
import io.troupe.http.access.Caller;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import java.util.List;
import java.util.Optional;

/** Which networks a caller sees: shared ones, the own project's, an administrator all. */
record NetworkAccess(Catalog catalog) {

  List<Network> visible(Caller caller) {
    return catalog.all(Network.class).stream()
        .filter(network -> isVisible(caller, network))
        .toList();
  }

  /** The network, or 404 for one that is not there and for one the caller may not know of. */
  Network visible(Caller caller, String id) {
    return catalog
        .find(Network.class, id)
        .filter(network -> isVisible(caller, network))
        .orElseThrow(() -> ApiError.notFound("Network", id).thrown());
  }

  private static boolean isVisible(Caller caller, Network network) {
    return network.shared() || caller.reaches(new ProjectId(network.projectId()));
  }

  /** The project a new thing is for: the caller's, or the one an administrator named. */
  static String project(Caller caller, Body body) {
    Optional<Field> asked = body.nullable("project_id");
    Optional<Field> legacy = body.nullable("tenant_id");
    String own = caller.project().value();
    String project = asked.or(() -> legacy).map(field -> field.text(1, 255)).orElse(own);
    if (!Names.isToken(project)) {
      throw ApiError.badRequest("project_id is not a project id.").thrown();
    }
    if (!caller.reaches(new ProjectId(project))) {
      throw ApiError.forbidden("Only an administrator may act for another project.").thrown();
    }
    return project;
  }

  /** Takes an attribute only if it has the one value we can do. */
  static void only(Body body, String key, boolean value) {
    body.nullable(key)
        .filter(field -> field.flag() != value)
        .ifPresent(
            field -> {
              throw field.invalid("Only " + value + " is supported");
            });
  }

  /** Takes a list only if it is empty. */
  static void onlyEmpty(Body body, String key) {
    body.nullable(key).ifPresent(field -> field.list(0, 0, element -> element));
  }

  /** Takes a text only if it is empty. */
  static void onlyBlank(Body body, String key) {
    body.nullable(key).ifPresent(field -> field.text(0, 0));
  }
}
