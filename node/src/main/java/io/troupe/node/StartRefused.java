package io.troupe.node;

/** The node cannot start, for a reason its operator can mend; said in one line. */
final class StartRefused extends Exception {
  private static final long serialVersionUID = 1L;

  StartRefused(String message) {
    super(message);
  }
}
