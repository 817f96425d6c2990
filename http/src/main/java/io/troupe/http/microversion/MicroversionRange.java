package io.troupe.http.microversion;

import io.troupe.http.error.ApiError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * The microversions a service speaks and how a request chooses one: {@code OpenStack-API-Version:
 * TYPE 2.N}, or the service's older header; {@code latest} is the highest, none is the lowest.
 *
 * @param serviceType the word before the number in the header, such as {@code compute}
 * @param legacyHeader the header used before there was a common one, empty when there never was
 */
public record MicroversionRange(
    String serviceType, Optional<String> legacyHeader, Microversion min, Microversion max) {
  private static final String HEADER = "OpenStack-API-Version";
  private static final String HEADER_LOWER = HEADER.toLowerCase(Locale.ROOT);

  /** The version asked for; 400 when it is no version, 406 when it is outside the range. */
  public Microversion negotiate(HttpRequest request) {
    String asked = asked(request);
    if (asked.isEmpty()) {
      return min;
    }
    if (asked.equals("latest")) {
      return max;
    }
    Microversion version = parse(asked);
    if (version.compareTo(min) < 0 || version.compareTo(max) > 0) {
      throw ApiError.notAcceptable(
              "Version %s is not supported by the API. Minimum is %s and maximum is %s."
                  .formatted(version, min, max))
          .thrown();
    }
    return version;
  }

  /** What every answer carries, so that caches and clients know which edition it is. */
  public List<HttpHeader> echo(Microversion version) {
    var headers = new ArrayList<HttpHeader>(3);
    headers.add(RawHeader.create(HEADER, serviceType + " " + version));
    legacyHeader.ifPresent(name -> headers.add(RawHeader.create(name, version.toString())));
    headers.add(
        RawHeader.create("Vary", legacyHeader.map(name -> HEADER + ", " + name).orElse(HEADER)));
    return headers;
  }

  private String asked(HttpRequest request) {
    String legacyName = legacyHeader.map(name -> name.toLowerCase(Locale.ROOT)).orElse("");
    String legacy = "";
    for (HttpHeader header : request.getHeaders()) {
      String name = header.lowercaseName();
      if (name.equals(HEADER_LOWER)) {
        for (String part : header.value().split(",")) {
          String choice = part.trim();
          int blank = choice.indexOf(' ');
          if (blank > 0 && choice.substring(0, blank).equalsIgnoreCase(serviceType)) {
            return choice.substring(blank).trim();
          }
        }
      } else if (name.equals(legacyName)) {
        legacy = header.value().trim();
      }
    }
    return legacy;
  }

  private static Microversion parse(String text) {
    int dot = text.indexOf('.');
    if (dot > 0 && isNumber(text, 0, dot) && isNumber(text, dot + 1, text.length())) {
      return new Microversion(
          Integer.parseInt(text.substring(0, dot)), Integer.parseInt(text.substring(dot + 1)));
    }
    throw ApiError.badRequest(
            "API Version String %s is of invalid format. Must be of format MajorNum.MinorNum."
                .formatted(text))
        .thrown();
  }

  /** One to six digits, the first not zero unless it is alone. */
  private static boolean isNumber(String text, int start, int end) {
    if (end - start < 1 || end - start > 6 || (text.charAt(start) == '0' && end - start > 1)) {
      return false;
    }
    for (int i = start; i < end; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }
}
