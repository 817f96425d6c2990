package io.troupe.http.access;

/** Who may call a route. Roles count in the project of the token; an admin may do everything. */
public enum Policy {
  /** No token needed: version documents, and asking for a token. */
  OPEN,
  /** Any valid token, also one without a project. */
  ANY,
  READER,
  /** What another service of the cloud may see too. */
  READER_OR_SERVICE,
  MEMBER,
  /** A route for both; which of its requests are whose it finds in the body. */
  MEMBER_OR_SERVICE,
  /** Another service of the cloud. */
  SERVICE,
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
      case READER_OR_SERVICE -> READER.allows(caller) || SERVICE.allows(caller);
      case MEMBER -> caller.has(Role.MEMBER);
      case MEMBER_OR_SERVICE -> MEMBER.allows(caller) || SERVICE.allows(caller);
      case SERVICE -> caller.has(Role.SERVICE) || caller.isAdmin();
      case MANAGER -> caller.has(Role.MANAGER);
      case ADMIN -> caller.isAdmin();
      case OWN_USER_IN_PERSON -> caller.mayDelegate();
    };
  }
}
