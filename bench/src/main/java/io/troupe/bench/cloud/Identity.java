package io.troupe.bench.cloud;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** Identity v3: a password becomes a token scoped to a project. */
public final class Identity {
  private Identity() {}

  public static Session login(Wire wire, Credentials credentials) {
    var base = credentials.authUrl().replaceAll("/+$", "");
    var url = (base.endsWith("/v3") ? base : base + "/v3") + "/auth/tokens";
    var answer = send(wire, url, credentials);
    if (answer.status() != 201 || answer.subjectToken().isEmpty()) {
      throw new CloudException("login of " + credentials + " refused: " + answer.refusal());
    }
    return new Session(
        answer.subjectToken().get(),
        answer.json().path("token").path("catalog"),
        credentials.region(),
        credentials.reach());
  }

  private static Answer send(Wire wire, String url, Credentials credentials) {
    var request = Answer.JSON.createObjectNode();
    var auth = request.putObject("auth");
    var identity = auth.putObject("identity");
    identity.putArray("methods").add("password");
    var user = identity.putObject("password").putObject("user");
    user.put("name", credentials.user()).put("password", credentials.password());
    user.putObject("domain").put("name", credentials.userDomain());
    var project = auth.putObject("scope").putObject("project");
    project.put("name", credentials.project());
    project.putObject("domain").put("name", credentials.projectDomain());
    try {
      return wire.send("POST", url, Map.of(), Optional.of(request));
    } catch (IOException unreachable) {
      throw new CloudException("cannot reach " + url + ": " + unreachable.getMessage());
    }
  }
}
