package io.troupe.bench.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.Optional;

/**
 * What a server answered.
 *
 * @param status the HTTP status
 * @param subjectToken the header X-Subject-Token, which only Identity sends
 * @param body as received, empty if there was none
 */
public record Answer(int status, Optional<String> subjectToken, byte[] body) {
  static final ObjectMapper JSON = new ObjectMapper();

  /** The body; a missing node if it is empty or no JSON. */
  public JsonNode json() {
    try {
      return body.length == 0 ? MissingNode.getInstance() : JSON.readTree(body);
    } catch (IOException notJson) {
      return MissingNode.getInstance();
    }
  }

  /**
   * The message of an error body, whose one key differs by status; the status alone if there is
   * none.
   */
  public String refusal() {
    for (var fault : json()) {
      if (fault.hasNonNull("message")) {
        return status + " " + fault.get("message").asText();
      }
    }
    return Integer.toString(status);
  }
}
