package io.troupe.http.route;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.troupe.http.json.Json;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * Addresses as the client sees them: of the configured public endpoint, else of the proxy in front
 * ({@code X-Forwarded-Proto}, {@code X-Forwarded-Host}), else of the request itself.
 *
 * @param base scheme, host and port, such as {@code http://127.0.0.1:8774}
 * @param mount the service's path, such as {@code /compute/v2.1}
 * @param project the project id in the request's URL, if it had one
 */
public record Links(String base, String mount, Optional<String> project) {
  static String base(HttpRequest request, Optional<String> publicEndpoint) {
    if (publicEndpoint.isPresent()) {
      return publicEndpoint.get();
    }
    String scheme = request.getUri().scheme();
    String host = "";
    String forwarded = "";
    for (HttpHeader header : request.getHeaders()) {
      switch (header.lowercaseName()) {
        case "x-forwarded-proto" -> scheme = first(header.value());
        case "x-forwarded-host" -> forwarded = first(header.value());
        case "host" -> host = header.value();
        default -> {}
      }
    }
    return (scheme.equals("https") ? "https://" : "http://")
        + (forwarded.isEmpty() ? host : forwarded);
  }

  private static String first(String list) {
    int comma = list.indexOf(',');
    return (comma < 0 ? list : list.substring(0, comma)).trim();
  }

  /** The service's own URL of {@code path}, with the project id if the request's had it. */
  public String self(String path) {
    return base + mount + project.map(id -> "/" + id).orElse("") + path;
  }

  /** The same without the version. */
  public String bookmark(String path) {
    return base + versionless() + project.map(id -> "/" + id).orElse("") + path;
  }

  /** The pair of links almost every resource of the Compute API carries. */
  public ArrayNode selfAndBookmark(String path) {
    var links = Json.array();
    links.addObject().put("rel", "self").put("href", self(path));
    links.addObject().put("rel", "bookmark").put("href", bookmark(path));
    return links;
  }

  /** The URL of any path on this port, such as another service's. */
  public String absolute(String path) {
    return base + path;
  }

  private String versionless() {
    int slash = mount.lastIndexOf('/');
    return slash >= 0 && mount.startsWith("v", slash + 1) ? mount.substring(0, slash) : mount;
  }
}
