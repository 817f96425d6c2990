package io.troupe.http.compute;

import io.troupe.drivers.spi.GuestSpec;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.microversion.Microversion;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * {@code personality}, until 2.56: files that the guest finds at its first start, through its
 * config drive. Over a limit of the quotas it is 403 in Nova's words.
 */
final class Personality {
  /** More than any quota allows, so that the quota speaks first. */
  private static final int MOST = 1000;

  private Personality() {}

  static List<GuestSpec.InjectedFile> of(Body server, Microversion version) {
    if (!version.until(56)) {
      return List.of();
    }
    var files =
        server
            .optional("personality")
            .map(field -> field.list(0, MOST, item -> item.object(Personality::file)))
            .orElse(List.of());
    if (files.size() > QuotaJson.injected("injected_files")) {
      throw ApiError.forbidden("Personality file limit exceeded").thrown();
    }
    return files;
  }

  private static GuestSpec.InjectedFile file(Body body) {
    String path = body.required("path").text(1, 4096);
    long pathLimit = QuotaJson.injected("injected_file_path_bytes");
    if (path.getBytes(StandardCharsets.UTF_8).length > pathLimit) {
      throw ApiError.forbidden("Personality file path exceeds maximum " + pathLimit).thrown();
    }
    Field contents = body.required("contents");
    String compact = contents.text(0, 1 << 20).replace("\r", "").replace("\n", "");
    long contentLimit = QuotaJson.injected("injected_file_content_bytes");
    if (decoded(contents, compact) > contentLimit) {
      throw ApiError.forbidden("Personality file content exceeds maximum " + contentLimit).thrown();
    }
    return new GuestSpec.InjectedFile(path, compact);
  }

  private static int decoded(Field field, String base64) {
    try {
      return Base64.getDecoder().decode(base64).length;
    } catch (IllegalArgumentException e) {
      throw field.invalid("it is not a 'base64'");
    }
  }
}
