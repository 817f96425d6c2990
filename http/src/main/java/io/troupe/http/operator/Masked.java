package io.troupe.http.operator;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Connection URIs and options without the credentials in them. */
public final class Masked {
  private static final String MASK = "***";

  /** From the scheme to the last @ before the path: a password may hold an @ itself. */
  private static final Pattern USER_INFO = Pattern.compile("(://)[^/?#]*@");

  private static final Pattern SECRET_NAME =
      Pattern.compile("pass|pwd|secret|token|key|cred|auth", Pattern.CASE_INSENSITIVE);

  private static final Pattern PARAMETER = Pattern.compile("([?&;])([^=&;#]+)=([^&;#]*)");

  private Masked() {}

  /** The URI with {@code ***} for its user info and for parameters that sound like secrets. */
  public static String uri(String uri) {
    String withoutUser = USER_INFO.matcher(uri).replaceAll("$1" + MASK + "@");
    Matcher parameters = PARAMETER.matcher(withoutUser);
    return parameters.replaceAll(
        found ->
            Matcher.quoteReplacement(
                SECRET_NAME.matcher(found.group(2)).find()
                    ? found.group(1) + found.group(2) + "=" + MASK
                    : found.group()));
  }

  /** The options with {@code ***} for the values of those that sound like secrets. */
  static Map<String, String> options(Map<String, String> options) {
    Map<String, String> masked = new LinkedHashMap<>();
    options.keySet().stream()
        .sorted()
        .forEach(
            name -> masked.put(name, SECRET_NAME.matcher(name).find() ? MASK : options.get(name)));
    return masked;
  }

  /** A text about a connection, in which its secrets may stand as they were given. */
  public static String text(String text, String uri, Map<String, String> options) {
    String masked = text.replace(uri, uri(uri));
    int start = uri.indexOf("://");
    int end = uri.lastIndexOf('@');
    if (start >= 0 && end > start + 3) {
      for (String part : uri.substring(start + 3, end).split(":", 2)) {
        masked = hide(masked, part);
      }
    }
    Matcher parameters = PARAMETER.matcher(uri);
    while (parameters.find()) {
      if (SECRET_NAME.matcher(parameters.group(2)).find()) {
        masked = hide(masked, parameters.group(3));
      }
    }
    for (Map.Entry<String, String> option : options.entrySet()) {
      if (SECRET_NAME.matcher(option.getKey()).find()) {
        masked = hide(masked, option.getValue());
      }
    }
    return USER_INFO.matcher(masked).replaceAll("$1" + MASK + "@");
  }

  private static String hide(String text, String secret) {
    return secret.isEmpty() ? text : text.replace(secret, MASK);
  }
}
