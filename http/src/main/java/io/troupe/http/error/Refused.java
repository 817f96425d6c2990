package io.troupe.http.error;

/** Carries an {@link ApiError} out of a handler or parser to the router, which answers with it. */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient ApiError error;

  Refused(ApiError error) {
    super(error.message(), null, false, false); // expected, so it costs no stack trace
    this.error = error;
  }

  public ApiError error() {
    return error;
  }
}
