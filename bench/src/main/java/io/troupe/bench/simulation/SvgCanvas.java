package io.troupe.bench.simulation;

import java.io.StringWriter;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Draws as SVG. The same chart gives the same text, byte for byte. */
final class SvgCanvas implements Canvas {
  private final StringWriter text = new StringWriter();
  private final XMLStreamWriter xml;

  SvgCanvas(String title) {
    try {
      xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
      xml.writeStartElement("svg");
      xml.writeDefaultNamespace("http://www.w3.org/2000/svg");
      attributes("viewBox", "0 0 " + Chart.WIDTH + " " + Chart.HEIGHT);
      attributes("font-family", "sans-serif", "font-size", Chart.LETTERS, "role", "img");
      element("title", title);
    } catch (XMLStreamException e) {
      throw impossible(e);
    }
  }

  @Override
  public void fill(double x, double y, double width, double height, String colour) {
    try {
      xml.writeEmptyElement("rect");
      attributes("x", number(x), "y", number(y), "width", number(width), "height", number(height));
      attributes("fill", colour);
    } catch (XMLStreamException e) {
      throw impossible(e);
    }
  }

  @Override
  public void line(double[] points, double width, String colour) {
    var path = new StringBuilder();
    for (int i = 0; i < points.length; i += 2) {
      path.append(i == 0 ? "M" : " L").append(number(points[i])).append(' ');
      path.append(number(points[i + 1]));
    }
    try {
      xml.writeEmptyElement("path");
      attributes("d", path, "fill", "none", "stroke", colour, "stroke-width", number(width));
    } catch (XMLStreamException e) {
      throw impossible(e);
    }
  }

  @Override
  public void write(double x, double y, Anchor anchor, String words) {
    try {
      xml.writeStartElement("text");
      attributes("x", number(x), "y", number(y));
      attributes("text-anchor", anchor.name().toLowerCase(Locale.ROOT));
      xml.writeCharacters(words);
      xml.writeEndElement();
    } catch (XMLStreamException e) {
      throw impossible(e);
    }
  }

  /** The whole picture; nothing can be drawn after it. */
  String end() {
    try {
      xml.writeEndElement();
      xml.close();
    } catch (XMLStreamException e) {
      throw impossible(e);
    }
    return text + "\n";
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

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static IllegalStateException impossible(XMLStreamException e) {
    return new IllegalStateException(e); // it is written to a text
  }
}
