package io.troupe.http.compute;

import io.troupe.http.json.Field;
import java.util.List;

/** What may be a server's tag: 1 to 60 characters, neither comma nor slash; 50 of them. */
final class ServerTags {
  private static final int MAX_TAGS = 50;
  private static final int MAX_CHARACTERS = 60;

  private ServerTags() {}

  /** Each once, in the order given. */
  static List<String> list(Field field) {
    return field.list(0, MAX_TAGS, ServerTags::tag).stream().distinct().toList();
  }

  static String tag(Field field) {
    return field.text(MAX_CHARACTERS, "tag", ServerTags::isTag);
  }

  static boolean isTag(String text) {
    return !text.isEmpty()
        && text.codePointCount(0, text.length()) <= MAX_CHARACTERS
        && text.indexOf(',') < 0
        && text.indexOf('/') < 0;
  }
}
