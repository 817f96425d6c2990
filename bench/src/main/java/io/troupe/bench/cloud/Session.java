package io.troupe.bench.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * A token and the catalogue that came with it.
 *
 * @param reach which endpoints to take: public, internal or admin
 */
public record Session(String token, JsonNode catalog, Optional<String> region, String reach) {

  /** The address of a service without a trailing slash. */
  public String endpoint(String serviceType) {
    for (var service : catalog) {
      if (service.path("type").asText().equals(serviceType)) {
        for (var endpoint : service.path("endpoints")) {
          if (fits(endpoint)) {
            return endpoint.path("url").asText().replaceAll("/+$", "");
          }
        }
      }
    }
    throw new CloudException(
        "the catalogue has no "
            + reach
            + " endpoint for '"
            + serviceType
            + "'"
            + region.map(name -> " in region " + name).orElse(""));
  }

  private boolean fits(JsonNode endpoint) {
    return endpoint.path("interface").asText().equals(reach)
        && region.map(endpoint.path("region").asText()::equals).orElse(true);
  }

  @Override
  public String toString() {
    return "Session[" + reach + "]"; // the token must not reach a log
  }
}
