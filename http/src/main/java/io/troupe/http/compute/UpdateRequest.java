package io.troupe.http.compute;

import io.troupe.actors.instance.InstanceView;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.microversion.Microversion;
import java.util.Optional;

/** {@code PUT /servers/{id}}. Everything is understood, only the name can be changed so far. */
record UpdateRequest(
    Optional<String> name,
    Optional<Optional<String>> description,
    Optional<String> accessIpv4,
    Optional<String> accessIpv6,
    Optional<String> diskConfig,
    Optional<String> hostname) {

  static UpdateRequest of(Body root, Microversion version) {
    return root.required("server")
        .object(
            server ->
                new UpdateRequest(
                    server.optional("name").map(Field::name),
                    version.from(19)
                        ? server.optional("description").map(CreateRequest::description)
                        : Optional.empty(),
                    server.optional("accessIPv4").map(CreateRequest::ipv4OrEmpty),
                    server.optional("accessIPv6").map(CreateRequest::ipv6OrEmpty),
                    server
                        .optional("OS-DCF:diskConfig")
                        .map(field -> field.choice("AUTO", "MANUAL")),
                    version.from(90)
                        ? server.optional("hostname").map(field -> Hostname.given(field, version))
                        : Optional.empty()));
  }

  /** 501 when something else than the name would change; what stays the same is no change. */
  void requireOnlyName(InstanceView server) {
    var now = server.request();
    require("description", description.isEmpty() || description.get().equals(now.description()));
    require("accessIPv4", same(accessIpv4, now.accessIpv4().orElse("")));
    require("accessIPv6", same(accessIpv6, now.accessIpv6().orElse("")));
    require("OS-DCF:diskConfig", same(diskConfig, now.diskConfig()));
    require("hostname", same(hostname, now.hostname()));
  }

  private static boolean same(Optional<String> wanted, String now) {
    return wanted.isEmpty() || wanted.get().equals(now);
  }

  private static void require(String field, boolean unchanged) {
    if (!unchanged) {
      throw new ApiError(
              501, "NotImplemented", "The " + field + " of a server cannot be changed yet.")
          .thrown();
    }
  }
}
