package io.troupe.http.identity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.User;
import io.troupe.http.access.Role;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Json;
import io.troupe.http.route.Links;

/** Users, projects, roles and the domain in Keystone's shapes. */
final class DirectoryJson {
  private DirectoryJson() {}

  static ObjectNode user(Links links, User user) {
    var json = Json.object();
    json.put("id", user.id())
        .put("name", user.name())
        .put("domain_id", Directory.DOMAIN_ID)
        .put("enabled", user.enabled())
        .putNull("password_expires_at");
    user.defaultProjectId().ifPresent(id -> json.put("default_project_id", id));
    user.description().ifPresent(text -> json.put("description", text));
    user.email().ifPresent(text -> json.put("email", text));
    json.putObject("options");
    putSelf(json, links, "/users/" + user.id());
    return json;
  }

  /** What a body may say of the domain: the one there is; and of options: none. */
  static void readDomain(Body body) {
    body.nullable("domain_id").ifPresent(field -> field.choice(Directory.DOMAIN_ID));
    body.nullable("options")
        .filter(options -> !options.node().isEmpty())
        .ifPresent(
            options -> {
              throw options.invalid("there are no options");
            });
  }

  static ApiError missing(String kind, String id) {
    return new ApiError(404, "NotFound", "Could not find " + kind + ": " + id + ".");
  }

  static ObjectNode project(Links links, Project project) {
    var json = Json.object();
    json.put("id", project.id())
        .put("name", project.name())
        .put("domain_id", Directory.DOMAIN_ID)
        .put("parent_id", Directory.DOMAIN_ID)
        .put("is_domain", false)
        .put("enabled", project.enabled())
        .put("description", project.description().orElse(""));
    json.putArray("tags");
    json.putObject("options");
    putSelf(json, links, "/projects/" + project.id());
    return json;
  }

  static ObjectNode role(Links links, Role role) {
    var json = Json.object();
    json.put("id", Directory.roleId(role)).put("name", role.word()).putNull("domain_id");
    json.putNull("description");
    json.putObject("options");
    putSelf(json, links, "/roles/" + Directory.roleId(role));
    return json;
  }

  static ObjectNode domain(Links links) {
    var json = Json.object();
    json.put("id", Directory.DOMAIN_ID)
        .put("name", Directory.DOMAIN_NAME)
        .put("enabled", true)
        .put("description", "The one domain there is");
    json.putArray("tags");
    json.putObject("options");
    putSelf(json, links, "/domains/" + Directory.DOMAIN_ID);
    return json;
  }

  private static void putSelf(ObjectNode json, Links links, String path) {
    json.putObject("links").put("self", links.self(path));
  }
}
