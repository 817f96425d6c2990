package io.troupe.http.image;

import io.troupe.actors.catalog.Image;
import io.troupe.http.access.Caller;
import io.troupe.http.error.ApiError;
import io.troupe.http.route.Query;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which images a list query asks for, and in which order. */
record ImageFilter(Query query) {
  private static final Set<String> NOT_FILTERS =
      Set.of("limit", "marker", "sort", "sort_key", "sort_dir", "member_status", "visibility");

  /** The images of {@code all} that the caller sees and asked for, in the order asked for. */
  List<Image> apply(Caller caller, List<Image> all) {
    Optional<String> visibility = query.get("visibility");
    visibility.ifPresent(ImageFilter::checkVisibility);
    boolean hidden = query.flag("os_hidden", false);
    return all.stream()
        .filter(image -> ImageAccess.isListed(caller, image, visibility))
        .filter(image -> image.hidden() == hidden)
        .filter(this::matches)
        .sorted(order())
        .toList();
  }

  private static void checkVisibility(String asked) {
    if (!Set.of("public", "private", "shared", "community", "all").contains(asked)) {
      throw ApiError.badRequest("Invalid visibility value: " + asked).thrown();
    }
  }

  private boolean matches(Image image) {
    for (String key : query.keys()) {
      if (!NOT_FILTERS.contains(key)
          && !query.all(key).stream().allMatch(v -> matches(image, key, v))) {
        return false;
      }
    }
    return true;
  }

  private boolean matches(Image image, String key, String value) {
    return switch (key) {
      case "id" -> isOneOf(image.id(), value);
      case "name" -> isOneOf(image.name(), value);
      case "status" -> isOneOf(image.status(), value);
      case "disk_format" -> isOneOf(image.diskFormat(), value);
      case "container_format" -> isOneOf(image.containerFormat(), value);
      case "owner" -> image.owner().equals(value);
      case "checksum" -> image.md5().filter(value::equals).isPresent();
      case "os_hash_value" -> image.sha512().filter(value::equals).isPresent();
      case "tag" -> image.tags().contains(value);
      case "protected" -> image.isProtected() == query.flag(key, false);
      case "os_hidden" -> true;
      case "size_min" -> image.sizeBytes().orElse(0L) >= number(key, value);
      case "size_max" -> image.sizeBytes().orElse(0L) <= number(key, value);
      case "min_disk" -> image.minDiskGib() == number(key, value);
      case "min_ram" -> image.minRamMib() == number(key, value);
      case "created_at" -> matchesTime(image.createdAt(), key, value);
      case "updated_at" -> matchesTime(image.updatedAt(), key, value);
      default -> value.equals(image.properties().get(key));
    };
  }

  /** {@code in:a,b,"c,d"}, or one value. */
  private static boolean isOneOf(String actual, String value) {
    if (!value.startsWith("in:")) {
      return actual.equals(value);
    }
    return splitQuoted(value.substring(3)).contains(actual);
  }

  private static List<String> splitQuoted(String text) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    boolean quoted = false;
    for (char c : text.toCharArray()) {
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        parts.add(part.toString());
        part.setLength(0);
      } else {
        part.append(c);
      }
    }
    parts.add(part.toString());
    return parts;
  }

  private static long number(String key, String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw ApiError.badRequest("Invalid value for option " + key + ": " + value).thrown();
    }
  }

  /** {@code OP:TIME} with op gt, gte, eq, neq, lt, lte; without op it is eq. */
  private static boolean matchesTime(Instant actual, String key, String value) {
    int colon = value.indexOf(':');
    String word = colon < 0 ? "" : value.substring(0, colon);
    boolean hasOperator = Set.of("gt", "gte", "eq", "neq", "lt", "lte").contains(word);
    Instant time = time(key, hasOperator ? value.substring(colon + 1) : value);
    int order = Instant.ofEpochSecond(actual.getEpochSecond()).compareTo(time);
    return switch (hasOperator ? word : "eq") {
      case "gt" -> order > 0;
      case "gte" -> order >= 0;
      case "lt" -> order < 0;
      case "lte" -> order <= 0;
      case "neq" -> order != 0;
      default -> order == 0;
    };
  }

  private static Instant time(String key, String text) {
    try {
      return text.endsWith("Z")
          ? Instant.parse(text)
          : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException e) {
      throw ApiError.badRequest("Invalid value for option " + key + ": " + text).thrown();
    }
  }

  private Comparator<Image> order() {
    Comparator<Image> order = null;
    for (String[] key : sortKeys()) {
      Comparator<Image> next =
          switch (key[1]) {
            case "asc" -> comparator(key[0]);
            case "desc" -> comparator(key[0]).reversed();
            default -> throw ApiError.badRequest("Invalid sort direction: " + key[1]).thrown();
          };
      order = order == null ? next : order.thenComparing(next);
    }
    return order.thenComparing(Image::id);
  }

  private List<String[]> sortKeys() {
    List<String[]> keys = new ArrayList<>();
    query
        .get("sort")
        .ifPresent(
            sort -> {
              for (String part : sort.split(",")) {
                String[] words = part.trim().split(":", 2);
                keys.add(new String[] {words[0], words.length == 2 ? words[1] : "desc"});
              }
            });
    List<String> directions = query.all("sort_dir");
    for (String key : query.all("sort_key")) {
      int place = Math.min(keys.size(), directions.size() - 1);
      keys.add(new String[] {key, place < 0 ? "desc" : directions.get(place)});
    }
    if (keys.isEmpty()) {
      keys.add(new String[] {"created_at", directions.isEmpty() ? "desc" : directions.getFirst()});
    }
    return keys;
  }

  private static Comparator<Image> comparator(String key) {
    return switch (key) {
      case "id" -> Comparator.comparing(Image::id);
      case "name" -> Comparator.comparing(Image::name);
      case "status" -> Comparator.comparing(Image::status);
      case "disk_format" -> Comparator.comparing(Image::diskFormat);
      case "container_format" -> Comparator.comparing(Image::containerFormat);
      case "size" -> Comparator.comparing(image -> image.sizeBytes().orElse(0L));
      case "created_at" -> Comparator.comparing(Image::createdAt);
      case "updated_at" -> Comparator.comparing(Image::updatedAt);
      default -> throw ApiError.badRequest("Invalid sort key: " + key).thrown();
    };
  }
}
