package io.troupe.actors.scheduler.filter;

import java.util.ArrayList;
import java.util.List;

/** The words of an OpenNebula expression: names, numbers, quoted texts and signs. */
final class Words {
  /** The text is no expression. */
  static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unreadable() {
      super(null, null, false, false);
    }
  }

  private static final int DEEPEST = 50;

  /** A quoted text keeps its first quote, so that it is told from a sign. */
  private final List<String> words = new ArrayList<>();

  private int at;

  /**
   * @param pairs signs of two characters
   */
  Words(String text, String... pairs) {
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (Character.isWhitespace(c)) {
        i++;
      } else if (c == '"' || c == '\'') {
        int end = text.indexOf(c, i + 1);
        if (end < 0) {
          throw new Unreadable();
        }
        words.add("\"" + text.substring(i + 1, end));
        i = end + 1;
      } else if (isLetter(c)) {
        int end = i;
        while (end < text.length() && isLetter(text.charAt(end))) {
          end++;
        }
        words.add(text.substring(i, end));
        i = end;
      } else {
        int from = i;
        String sign = text.substring(i, i + 1);
        for (String pair : pairs) {
          sign = text.startsWith(pair, from) ? pair : sign;
        }
        words.add(sign);
        i += sign.length();
      }
    }
  }

  private static boolean isLetter(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '.' || c == '*' || c == '?';
  }

  boolean isNext(String sign) {
    return at < words.size() && words.get(at).equals(sign);
  }

  boolean isAtEnd() {
    return at == words.size();
  }

  String take() {
    if (isAtEnd()) {
      throw new Unreadable();
    }
    return words.get(at++);
  }

  void take(String sign) {
    if (!take().equals(sign)) {
      throw new Unreadable();
    }
  }

  String takeName() {
    String word = take();
    if (!word.matches("[A-Za-z_][A-Za-z0-9_]*")) {
      throw new Unreadable();
    }
    return word;
  }

  /** A number, a name, or a quoted text without its quotes. */
  String takeValue() {
    String word = take();
    if (word.startsWith("\"")) {
      return word.substring(1);
    }
    if (word.equals("-")) {
      return "-" + take();
    }
    if (!isLetter(word.charAt(0))) {
      throw new Unreadable();
    }
    return word;
  }

  void requireEnd() {
    if (!isAtEnd()) {
      throw new Unreadable();
    }
  }

  void requireDepth(int depth) {
    if (depth > DEEPEST) {
      throw new Unreadable();
    }
  }
}
