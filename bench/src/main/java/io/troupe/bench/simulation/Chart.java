package io.troupe.bench.simulation;

import io.troupe.bench.simulation.Canvas.Anchor;
import java.util.List;
import java.util.Locale;

/** A picture of shares, 0 to 1: lines over time, or bars. */
sealed interface Chart {
  int WIDTH = 760;
  int HEIGHT = 380;

  /** Size of letters. */
  int LETTERS = 12;

  String title();

  void draw(Canvas canvas);

  /** Told apart also by who does not see red and green; Okabe and Ito's palette. */
  List<String> COLOURS =
      List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000");

  /** Where the shares are. */
  int LEFT = 60;

  int TOP = 60;
  int RIGHT = 740;
  int BOTTOM = 330;

  /**
   * @param points by number of the time
   */
  record Line(String name, List<Double> points) {}

  /**
   * @param times seconds, as many as each line has points, in order
   */
  record Lines(String title, List<Double> times, List<Line> lines) implements Chart {
    private static final double TO_NEXT_NAME = 24;

    @Override
    public void draw(Canvas canvas) {
      frame(canvas, title);
      double from = times.getFirst();
      double span = Math.max(times.getLast() - from, 1e-9);
      for (int quarter = 0; quarter <= 4; quarter++) {
        double x = LEFT + (RIGHT - LEFT) * quarter / 4.0;
        String hours = String.format(Locale.ROOT, "%.1f", (from + span * quarter / 4) / 3600);
        canvas.write(x, BOTTOM + 20, Anchor.MIDDLE, hours);
      }
      double nameAt = LEFT;
      for (int i = 0; i < lines.size(); i++) {
        String colour = COLOURS.get(i % COLOURS.size());
        canvas.line(points(lines.get(i), from, span), 1.5, colour);
        canvas.line(new double[] {nameAt, 36, nameAt + 18, 36}, 3, colour);
        canvas.write(nameAt + 24, 40, Anchor.START, lines.get(i).name());
        nameAt += TO_NEXT_NAME + 6.5 * lines.get(i).name().length() + 14;
      }
      canvas.write((LEFT + RIGHT) / 2.0, BOTTOM + 40, Anchor.MIDDLE, "hours");
    }

    private double[] points(Line line, double from, double span) {
      double[] points = new double[2 * times.size()];
      for (int p = 0; p < times.size(); p++) {
        points[2 * p] = LEFT + (RIGHT - LEFT) * (times.get(p) - from) / span;
        points[2 * p + 1] = y(line.points.get(p));
      }
      return points;
    }
  }

  /** One bar for each share, with a label below. */
  record Bars(String title, String axis, List<String> labels, List<Double> shares)
      implements Chart {
    @Override
    public void draw(Canvas canvas) {
      frame(canvas, title);
      double width = (double) (RIGHT - LEFT) / shares.size();
      for (int i = 0; i < shares.size(); i++) {
        double y = y(shares.get(i));
        canvas.fill(LEFT + width * i + 2, y, width - 4, BOTTOM - y, COLOURS.getFirst());
        canvas.write(LEFT + width * (i + 0.5), BOTTOM + 20, Anchor.MIDDLE, labels.get(i));
      }
      canvas.write((LEFT + RIGHT) / 2.0, BOTTOM + 40, Anchor.MIDDLE, axis);
    }
  }

  private static void frame(Canvas canvas, String title) {
    canvas.fill(0, 0, WIDTH, HEIGHT, "#ffffff");
    canvas.write(LEFT, 20, Anchor.START, title);
    for (int tenth = 0; tenth <= 10; tenth += 2) {
      double y = y(tenth / 10.0);
      canvas.line(new double[] {LEFT, y, RIGHT, y}, 1, "#dddddd");
      canvas.write(LEFT - 8, y + 4, Anchor.END, tenth * 10 + " %");
    }
  }

  private static double y(double share) {
    return BOTTOM - (BOTTOM - TOP) * Math.clamp(share, 0.0, 1.0);
  }
}
