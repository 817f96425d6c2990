package io.troupe.bench.simulation;

import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * A picture of shares, 0 to 1, as SVG: lines over time, or bars. The same numbers give the same
 * picture, byte for byte.
 */
final class Chart {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 360;
  private static final int LEFT = 60;
  private static final int TOP = 40;
  private static final int RIGHT = 740;
  private static final int BOTTOM = 310;

  /** Told apart also by who does not see red and green; Okabe and Ito's palette. */
  private static final List<String> COLOURS = List.of("#0072b2", "#d55e00", "#009e73");

  /**
   * @param points by number of the time
   */
  record Line(String name, List<Double> points) {}

  private final StringWriter text = new StringWriter();
  private final XMLStreamWriter xml;

  private Chart(String title) throws XMLStreamException {
    xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
    xml.writeStartElement("svg");
    xml.writeDefaultNamespace("http://www.w3.org/2000/svg");
    attributes("viewBox", "0 0 " + WIDTH + " " + HEIGHT, "font-family", "sans-serif");
    attributes("font-size", "12", "role", "img");
    element("title", title);
    xml.writeEmptyElement("rect");
    attributes("width", WIDTH, "height", HEIGHT, "fill", "white");
    write(LEFT, 20, "start", title);
    for (int tenth = 0; tenth <= 10; tenth += 2) {
      double y = y(tenth / 10.0);
      stroke(LEFT, y, RIGHT, y, "#dddddd");
      write(LEFT - 8, y + 4, "end", tenth * 10 + " %");
    }
  }

  /**
   * @param times seconds, as many as each line has points, in order
   */
  static String lines(String title, List<Double> times, List<Line> lines) {
    try {
      var chart = new Chart(title);
      double from = times.getFirst();
      double span = Math.max(times.getLast() - from, 1e-9);
      for (int quarter = 0; quarter <= 4; quarter++) {
        double x = LEFT + (RIGHT - LEFT) * quarter / 4.0;
        chart.write(x, BOTTOM + 20, "middle", hours(from + span * quarter / 4));
      }
      for (int i = 0; i < lines.size(); i++) {
        var path = new StringBuilder();
        List<Double> points = lines.get(i).points();
        for (int p = 0; p < points.size(); p++) {
          double x = LEFT + (RIGHT - LEFT) * (times.get(p) - from) / span;
          path.append(p == 0 ? "M" : " L").append(number(x)).append(' ');
          path.append(number(y(points.get(p))));
        }
        chart.xml.writeEmptyElement("path");
        chart.attributes("d", path, "fill", "none", "stroke", COLOURS.get(i % 3));
        chart.attributes("stroke-width", "1.5");
        chart.legend(i, lines.get(i).name());
      }
      chart.write((LEFT + RIGHT) / 2.0, BOTTOM + 40, "middle", "hours");
      return chart.end();
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e); // it is written to a text
    }
  }

  /** One bar for each share, with a label below. */
  static String bars(String title, String axis, List<String> labels, List<Double> shares) {
    try {
      var chart = new Chart(title);
      double width = (double) (RIGHT - LEFT) / shares.size();
      for (int i = 0; i < shares.size(); i++) {
        double y = y(shares.get(i));
        chart.xml.writeEmptyElement("rect");
        chart.attributes("x", number(LEFT + width * i + 2), "y", number(y));
        chart.attributes("width", number(width - 4), "height", number(BOTTOM - y));
        chart.attributes("fill", COLOURS.getFirst());
        chart.write(LEFT + width * (i + 0.5), BOTTOM + 20, "middle", labels.get(i));
      }
      chart.write((LEFT + RIGHT) / 2.0, BOTTOM + 40, "middle", axis);
      return chart.end();
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e); // it is written to a text
    }
  }

  private void legend(int place, String name) throws XMLStreamException {
    double x = RIGHT - 80.0 * (3 - place);
    stroke(x, 16, x + 18, 16, COLOURS.get(place % 3));
    write(x + 24, 20, "start", name);
  }

  private void stroke(double x1, double y1, double x2, double y2, String colour)
      throws XMLStreamException {
    xml.writeEmptyElement("line");
    attributes("x1", number(x1), "y1", number(y1), "x2", number(x2), "y2", number(y2));
    attributes("stroke", colour);
  }

  private void write(double x, double y, String anchor, String words) throws XMLStreamException {
    xml.writeStartElement("text");
    attributes("x", number(x), "y", number(y), "text-anchor", anchor);
    xml.writeCharacters(words);
    xml.writeEndElement();
  }

  private void element(String name, String words) throws XMLStreamException {
    xml.writeStartElement(name);
    xml.writeCharacters(words);
    xml.writeEndElement();
  }

  private void attributes(Object... namesAndValues) throws XMLStreamException {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      xml.writeAttribute(namesAndValues[i].toString(), namesAndValues[i + 1].toString());
    }
  }

  private String end() throws XMLStreamException {
    xml.writeEndElement();
    xml.close();
    return text + "\n";
  }

  private static double y(double share) {
    return BOTTOM - (BOTTOM - TOP) * Math.clamp(share, 0.0, 1.0);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static String hours(double seconds) {
    return number(seconds / 3600);
  }
}
