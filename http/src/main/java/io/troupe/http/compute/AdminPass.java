package io.troupe.http.compute;

import java.security.SecureRandom;

/** The password that an answer shows when the request named none. It is stored nowhere. */
final class AdminPass {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Without letters and digits that look alike; Nova makes 12 characters as well. */
  private static final String PASSWORD_LETTERS =
      "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

  private static final int PASSWORD_LENGTH = 12;

  private AdminPass() {}

  static String generated() {
    var text = new StringBuilder(PASSWORD_LENGTH);
    for (int i = 0; i < PASSWORD_LENGTH; i++) {
      text.append(PASSWORD_LETTERS.charAt(RANDOM.nextInt(PASSWORD_LETTERS.length())));
    }
    return text.toString();
  }
}
