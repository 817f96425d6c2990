package io.troupe.core.value;

import java.util.regex.Pattern;

/** What a name used as a key may look like; keys become entity ids, file names and log fields. */
public final class Names {
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,254}");

  private Names() {}

  public static boolean isToken(String value) {
    return value != null && TOKEN.matcher(value).matches();
  }

  static void requireToken(String what, String value) {
    if (!isToken(value)) {
      throw new IllegalArgumentException(
          what + " name must be 1 to 255 of letters, digits, '.', '_' and '-', was: " + value);
    }
  }
}
