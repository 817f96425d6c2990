package io.troupe.http.access;

/** Who may call a route. Roles count in the project of the token; an admin may do everything. */
public enum Policy {
  /** No token needed: version documents, and asking for a token. */
  OPEN,
  /** Any valid token, also one without a project. */
  ANY,
  READER,
  MEMBER,
  MANAGER,
  ADMIN,
  /** Any valid token, for the caller's own things; for another user's only an admin. */
  OWN_USER,
  /**
   * Like {@code OWN_USER}, but not with the token of a restricted application credential: nothing
   * it makes may outlive or exceed it.
   */
  OWN_USER_IN_PERSON;

  boolean allows(Caller caller) {
    return switch (this) {
      case OPEN, ANY, OWN_USER -> true;
      case READER -> caller.has(Role.READER);
      case MEMBER -> caller.has(Role.MEMBER);
      case MANAGER -> caller.has(Role.MANAGER);
      case ADMIN -> caller.isAdmin();
      case OWN_USER_IN_PERSON -> caller.mayDelegate();
    };
  }
}
