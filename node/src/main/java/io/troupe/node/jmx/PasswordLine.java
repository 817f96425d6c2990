package io.troupe.node.jmx;

import io.troupe.http.identity.Passwords;

/** What {@code troupe.jmx.password-file} is made of. */
public final class PasswordLine {
  /** As short as the API's. */
  private static final int SHORTEST = 8;

  private PasswordLine() {}

  /**
   * The line that lets {@code name} in.
   *
   * @param role {@code readonly} or {@code readwrite}
   */
  public static String of(String name, String role, String password) throws BeanClient.Failed {
    if (!name.matches("[A-Za-z0-9._@-]{1,64}")) {
      throw new BeanClient.Failed(
          "the name must be 1 to 64 of letters, digits, '.', '_', '@' and '-', was: " + name);
    }
    if (!role.equals("readonly") && !role.equals("readwrite")) {
      throw new BeanClient.Failed("the role must be readonly or readwrite, was: " + role);
    }
    if (password.length() < SHORTEST) {
      throw new BeanClient.Failed("the password must have " + SHORTEST + " characters or more");
    }
    return name + " " + role + " " + Passwords.hash(password);
  }
}
