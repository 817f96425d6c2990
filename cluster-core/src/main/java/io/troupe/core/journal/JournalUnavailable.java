package io.troupe.core.journal;

/** The journal cannot be used, for a reason its operator can mend; said in one line. */
public final class JournalUnavailable extends Exception {
  private static final long serialVersionUID = 1L;

  JournalUnavailable(String message) {
    super(message);
  }

  JournalUnavailable(String message, Throwable cause) {
    super(message + ": " + firstLine(cause), cause);
  }

  private static String firstLine(Throwable cause) {
    var message = cause.getMessage();
    return message == null || message.isBlank()
        ? cause.toString()
        : message.strip().lines().findFirst().orElseThrow();
  }
}
