package io.troupe.actors.catalog;

/**
 * A user's role in a project.
 *
 * @param role {@code reader}, {@code member}, {@code manager} or {@code admin}; each holds the ones
 *     before it
 */
public record RoleAssignment(String userId, String projectId, String role) implements CatalogEntry {
  @Override
  public String key() {
    return userId + "/" + projectId + "/" + role;
  }
}
