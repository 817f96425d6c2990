package io.troupe.http.identity;

import io.troupe.actors.catalog.User;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import java.util.Optional;

/**
 * What a body says of a user. Of the optional texts the outer part is empty when nothing is said,
 * the inner one when it says null.
 */
record UserWish(
    Optional<String> name,
    Optional<Optional<String>> password,
    Optional<Boolean> enabled,
    Optional<Optional<String>> defaultProjectId,
    Optional<Optional<String>> description,
    Optional<Optional<String>> email) {
  static final int MOST_PASSWORD_CHARACTERS = 4096;

  static UserWish of(Body root) {
    return root.required("user")
        .object(
            body -> {
              DirectoryJson.readDomain(body);
              return new UserWish(
                  body.optional("name").map(Field::name),
                  body.optional("password").map(field -> text(field, MOST_PASSWORD_CHARACTERS)),
                  body.nullable("enabled").map(Field::flag),
                  body.optional("default_project_id").map(field -> text(field, 64)),
                  body.optional("description").map(field -> text(field, 65535)),
                  body.optional("email").map(field -> text(field, 255)));
            });
  }

  private static Optional<String> text(Field field, int most) {
    return field.isNull() ? Optional.empty() : Optional.of(field.text(1, most));
  }

  /**
   * The user with these changes. Who is disabled or has another password has no token any more.
   *
   * @param newHash of the password, if it changes
   */
  User changed(User old, Optional<String> newHash) {
    boolean nowEnabled = enabled.orElse(old.enabled());
    var changed =
        new User(
            old.id(),
            name.orElse(old.name()),
            newHash.orElse(old.passwordHash()),
            nowEnabled,
            defaultProjectId.orElse(old.defaultProjectId()),
            description.orElse(old.description()),
            email.orElse(old.email()),
            old.tokensEnded());
    return newHash.isPresent() || (old.enabled() && !nowEnabled)
        ? changed.withTokensEnded()
        : changed;
  }
}
