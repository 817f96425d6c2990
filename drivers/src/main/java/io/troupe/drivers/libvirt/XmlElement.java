package io.troupe.drivers.libvirt;

import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * An XML element to write into or read from, over the JDK's DOM: nothing is ever escaped by hand.
 * Document types are refused when reading, so there are no entities to expand.
 */
final class XmlElement {
  private final Element element;

  private XmlElement(Element element) {
    this.element = element;
  }

  /**
   * A new document's root.
   *
   * @param attributes names and values in turn
   */
  static XmlElement root(String name, String... attributes) {
    Document document;
    try {
      document = factory().newDocumentBuilder().newDocument();
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("the JDK's XML builder is as every JDK's", e);
    }
    Element root = document.createElement(name);
    document.appendChild(root);
    return new XmlElement(root).with(attributes);
  }

  /** Throws an illegal argument exception when the text is not well-formed. */
  static XmlElement parse(String xml) {
    try {
      return new XmlElement(
          factory()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(xml)))
              .getDocumentElement());
    } catch (ParserConfigurationException | org.xml.sax.SAXException | java.io.IOException e) {
      throw new IllegalArgumentException("not XML: " + e.getMessage(), e);
    }
  }

  /** Adds a child and answers it. */
  XmlElement child(String name, String... attributes) {
    return adopt(element.getOwnerDocument().createElement(name)).with(attributes);
  }

  /** As {@link #child}, in a namespace; the name carries its prefix. */
  XmlElement childIn(String namespace, String name, String... attributes) {
    return adopt(element.getOwnerDocument().createElementNS(namespace, name)).with(attributes);
  }

  XmlElement text(String text) {
    element.setTextContent(text);
    return this;
  }

  XmlElement set(String name, String value) {
    element.setAttribute(name, value);
    return this;
  }

  XmlElement unset(String name) {
    element.removeAttribute(name);
    return this;
  }

  /** Takes the element out of its document. */
  void remove() {
    element.getParentNode().removeChild(element);
  }

  String attribute(String name) {
    return element.getAttribute(name);
  }

  /** The text of the first node the path finds; empty when there is none or it is blank. */
  Optional<String> find(String xpath) {
    try {
      String found = XPathFactory.newInstance().newXPath().evaluate(xpath, element).strip();
      return found.isEmpty() ? Optional.empty() : Optional.of(found);
    } catch (XPathExpressionException e) {
      throw new IllegalArgumentException("not a path: " + xpath, e);
    }
  }

  /** The elements the path finds, in their order. */
  List<XmlElement> all(String xpath) {
    try {
      NodeList found =
          (NodeList)
              XPathFactory.newInstance()
                  .newXPath()
                  .evaluate(xpath, element, XPathConstants.NODESET);
      return IntStream.range(0, found.getLength())
          .mapToObj(i -> new XmlElement((Element) found.item(i)))
          .toList();
    } catch (XPathExpressionException e) {
      throw new IllegalArgumentException("not a path: " + xpath, e);
    }
  }

  /** The whole document, indented, without an XML declaration. */
  String write() {
    return write(element.getOwnerDocument());
  }

  /** Only this element and what is in it. */
  String writeAlone() {
    return write(element);
  }

  private static String write(Node node) {
    try {
      Transformer transformer = TransformerFactory.newInstance().newTransformer();
      transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
      transformer.setOutputProperty(OutputKeys.INDENT, "yes");
      transformer.setOutputProperty("{http://xml.apache.org/xslt}indent-amount", "2");
      StringWriter text = new StringWriter();
      transformer.transform(new DOMSource(node), new StreamResult(text));
      return text.toString().replace(System.lineSeparator(), "\n");
    } catch (TransformerException e) {
      throw new IllegalStateException("a document in memory can always be written", e);
    }
  }

  private XmlElement adopt(Element child) {
    element.appendChild(child);
    return new XmlElement(child);
  }

  private XmlElement with(String... attributes) {
    for (int i = 0; i < attributes.length; i += 2) {
      element.setAttribute(attributes[i], attributes[i + 1]);
    }
    return this;
  }

  private static DocumentBuilderFactory factory() throws ParserConfigurationException {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    return factory;
  }
}
