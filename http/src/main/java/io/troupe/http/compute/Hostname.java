package io.troupe.http.compute;

import io.troupe.core.value.InstanceId;
import io.troupe.http.json.Field;
import io.troupe.http.microversion.Microversion;

/** What a guest is called: given by the owner, or made from the server's name. */
final class Hostname {
  /** RFC 1035: a label has at most 63 octets. */
  private static final int MAX_LABEL = 63;

  private static final int MAX_FQDN = 255;

  private Hostname() {}

  /** A host name as 2.90 takes it; from 2.94 also a fully qualified one. */
  static String given(Field field, Microversion version) {
    return version.from(94)
        ? field.text(MAX_FQDN, "fqdn", Hostname::isFqdn)
        : field.text(MAX_LABEL, "hostname", Hostname::isLabel);
  }

  /**
   * A label from a display name: blanks, underscores and dots become dashes, other characters go;
   * {@code Server-ID} when nothing is left. Nova does the same.
   */
  static String of(String name, InstanceId id) {
    var label = new StringBuilder(Math.min(name.length(), MAX_LABEL));
    for (int i = 0; i < name.length() && label.length() < MAX_LABEL; i++) {
      char c = name.charAt(i);
      if (c == ' ' || c == '_' || c == '.' || c == '-') {
        if (!label.isEmpty()) {
          label.append('-');
        }
      } else if (isLetterOrDigit(c)) {
        label.append(Character.toLowerCase(c));
      }
    }
    while (!label.isEmpty() && label.charAt(label.length() - 1) == '-') {
      label.setLength(label.length() - 1);
    }
    return label.isEmpty() ? "server-" + id : label.toString();
  }

  private static boolean isFqdn(String text) {
    for (String label : text.split("\\.", -1)) {
      if (!isLabel(label)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLabel(String text) {
    if (text.isEmpty() || text.length() > MAX_LABEL || text.startsWith("-") || text.endsWith("-")) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isLetterOrDigit(c) && c != '-') {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
