package io.troupe.bench.simulation;

/**
 * What a chart is drawn on, {@link Chart#WIDTH} by {@link Chart#HEIGHT}; x goes to the right, y
 * down, colours are {@code #rrggbb}.
 */
interface Canvas {
  /** Where a text stands at its point. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  void fill(double x, double y, double width, double height, String colour);

  /**
   * @param points x and y in turn, of two points or more
   */
  void line(double[] points, double width, String colour);

  /** On the base line {@code y}. */
  void write(double x, double y, Anchor anchor, String words);
}
