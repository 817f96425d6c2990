package io.troupe.bench.simulation;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.imageio.ImageIO;

/**
 * Draws as PNG, with the JDK alone and without a display. Words need fonts of the machine, which a
 * small one may not have: then the picture is without them, and {@link #wordless} says why.
 */
final class PngCanvas implements Canvas {
  /** Pixels for each unit, so that letters are sharp on today's screens. */
  private static final int SCALE = 2;

  private final BufferedImage image =
      new BufferedImage(SCALE * Chart.WIDTH, SCALE * Chart.HEIGHT, BufferedImage.TYPE_INT_RGB);
  private final Graphics2D graphics = image.createGraphics();
  private final boolean withWords = wordless().isEmpty();

  PngCanvas() {
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.scale(SCALE, SCALE);
    if (withWords) {
      graphics.setFont(font());
    }
  }

  private static Font font() {
    return new Font(Font.SANS_SERIF, Font.PLAIN, Chart.LETTERS);
  }

  private static final class Fonts {
    static final Optional<String> TROUBLE = trouble();

    private Fonts() {}

    /** The JDK reports a machine without fonts, or without fontconfig, in many ways. */
    private static Optional<String> trouble() {
      var image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
      var graphics = image.createGraphics();
      try {
        graphics.setFont(font());
        return graphics.getFontMetrics().stringWidth("100 %") > 0
            ? Optional.empty()
            : Optional.of("letters have no width");
      } catch (RuntimeException | LinkageError | InternalError e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
          cause = cause.getCause();
        }
        return Optional.of(
            cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage());
      } finally {
        graphics.dispose();
      }
    }
  }

  /** Why pictures are without words on this machine; empty when they are not. */
  static Optional<String> wordless() {
    return Fonts.TROUBLE;
  }

  @Override
  public void fill(double x, double y, double width, double height, String colour) {
    graphics.setColor(Color.decode(colour));
    graphics.fill(new Rectangle2D.Double(x, y, width, height));
  }

  @Override
  public void line(double[] points, double width, String colour) {
    var path = new Path2D.Double();
    path.moveTo(points[0], points[1]);
    for (int i = 2; i < points.length; i += 2) {
      path.lineTo(points[i], points[i + 1]);
    }
    graphics.setColor(Color.decode(colour));
    graphics.setStroke(
        new BasicStroke((float) width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
    graphics.draw(path);
  }

  @Override
  public void write(double x, double y, Anchor anchor, String words) {
    if (!withWords) {
      return;
    }
    double width = graphics.getFontMetrics().getStringBounds(words, graphics).getWidth();
    double left =
        switch (anchor) {
          case START -> x;
          case MIDDLE -> x - width / 2;
          case END -> x - width;
        };
    graphics.setColor(Color.BLACK);
    graphics.drawString(words, (float) left, (float) y);
  }

  /** Writes the picture; nothing can be drawn after it. */
  void end(Path file) throws IOException {
    graphics.dispose();
    try (OutputStream out = Files.newOutputStream(file)) {
      ImageIO.write(image, "png", out);
    }
  }
}
