package io.troupe.config;

/** A word that must not be seen: it prints as something else, so that no log can give it away. */
public record Secret(String value) {
  /** For who asks for none. */
  public static final Secret NONE = new Secret("");

  @Override
  public String toString() {
    return value.isEmpty() ? "(none)" : "(secret)";
  }
}
