package io.troupe.bench.simulation;

/** What is wrong in a file, in one line that names file, line and field. */
final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InputException(String file, int line, String field, String problem) {
    super(file + ":" + line + ": " + (field.isEmpty() ? "" : field + ": ") + problem);
  }
}
