package io.troupe.http.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The pages of {@code docs/api-samples} are what the API answers, word for word. Run with {@code
 * -Dsamples.write=true} to write them anew, then read the difference.
 */
public final class Sample {
  private static final Path FOLDER = Path.of("..", "docs", "api-samples");

  private Sample() {}

  /**
   * Holds an answer against a page.
   *
   * @param changing what differs from run to run, with the word the page has for it
   */
  public static void check(String page, JsonNode answer, Map<String, String> changing) {
    String text = answer.toPrettyString();
    for (var entry : changing.entrySet()) {
      text = text.replace(entry.getKey(), entry.getValue());
    }
    Path file = FOLDER.resolve(page + ".json");
    try {
      if (Boolean.getBoolean("samples.write")) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
      }
      assertThat(text + "\n").as(page).isEqualTo(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
