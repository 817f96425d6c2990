package io.troupe.http.compute;

import io.troupe.actors.instance.Revision;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.microversion.Microversion;
import java.util.Optional;

/** {@code PUT /servers/{id}}: what the owner changes of the server's description of itself. */
final class UpdateRequest {
  private UpdateRequest() {}

  static Revision of(Body root, Microversion version) {
    return root.required("server").object(server -> revision(server, version));
  }

  /** The same fields, wherever they stand. */
  static Revision revision(Body server, Microversion version) {
    return new Revision(
        server.optional("name").map(Field::name),
        version.from(19)
            ? server
                .optional("description")
                .map(CreateRequest::description)
                .map(Revision.Description::new)
            : Optional.empty(),
        version.from(90)
            ? server.optional("hostname").map(field -> Hostname.given(field, version))
            : Optional.empty(),
        server.optional("accessIPv4").map(CreateRequest::ipv4OrEmpty),
        server.optional("accessIPv6").map(CreateRequest::ipv6OrEmpty),
        server.optional("OS-DCF:diskConfig").map(field -> field.choice("AUTO", "MANUAL")));
  }
}
