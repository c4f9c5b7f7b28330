package deepbacs.zoo.images;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Statements of a file's OME-XML about its first image. */
final class OmeDescription {

  private static final String ANY = "*";

  /** Null where the description is damaged or of no image. */
  private final Element pixels;

  private OmeDescription(Element pixels) {
    this.pixels = pixels;
  }

  /** The description among those of the first page, or null where there is none. */
  static OmeDescription in(List<String> descriptions) throws Damaged {
    for (String text : descriptions) {
      if (text.trim().endsWith("OME>")) {
        return new OmeDescription(pixels(text));
      }
    }
    return null;
  }

  private static Element pixels(String text) throws Damaged {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setNamespaceAware(true);
      // Nothing outside of the file is looked at.
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      Document document =
          factory.newDocumentBuilder().parse(new InputSource(new StringReader(text)));
      NodeList images = document.getElementsByTagNameNS(ANY, "Image");
      if (images.getLength() > 0) {
        NodeList found = ((Element) images.item(0)).getElementsByTagNameNS(ANY, "Pixels");
        if (found.getLength() > 0) {
          return (Element) found.item(0);
        }
      }
    } catch (ParserConfigurationException | SAXException | IOException error) {
      throw new Damaged("its OME description cannot be read");
    }
    throw new Damaged("its OME description is of no image");
  }

  /** The order of the planes; samples of one pixel are no planes. */
  PlaneOrder order(int samples, ImageName name) throws Damaged {
    String fastest = pixels.getAttribute("DimensionOrder").toLowerCase(Locale.ROOT);
    String outer = fastest.matches("xy[zct]{3}") ? fastest.substring(2) : "zct";
    String axes = new StringBuilder(outer).reverse().toString();
    int[] sizes = new int[axes.length()];
    for (int axis = 0; axis < sizes.length; axis++) {
      char axisName = axes.charAt(axis);
      int size = number(pixels, "Size" + Character.toUpperCase(axisName), 0);
      if (size < 1) { // a part of the planes would be left out
        throw new Damaged("its OME description has no size of axis " + axisName);
      }
      sizes[axis] = axisName == 'c' && samples > 1 ? Math.max(size / samples, 1) : size;
    }
    return PlaneOrder.of(axes, sizes, name);
  }

  /** The page of each plane, null where it is in another file. */
  List<TiffPage> pages(PlaneOrder order, List<TiffPage> inFile) {
    int count = order.planes();
    List<TiffPage> pages = new ArrayList<>(Collections.nCopies(count, (TiffPage) null));
    NodeList parts = pixels.getElementsByTagNameNS(ANY, "TiffData");
    boolean plain = parts.getLength() == 0;
    for (int part = 0; part < parts.getLength(); part++) {
      Element data = (Element) parts.item(part);
      boolean other = data.getElementsByTagNameNS(ANY, "UUID").getLength() > 0 && isElsewhere(data);
      boolean whole = !data.hasAttribute("IFD") && !data.hasAttribute("PlaneCount");
      int page = number(data, "IFD", 0);
      int planes = number(data, "PlaneCount", whole ? count : 1);
      int start =
          order.plane(
              number(data, "FirstT", 0), number(data, "FirstZ", 0), number(data, "FirstC", 0));
      for (int step = 0; step < planes && !other; step++) {
        if (start + step < count && page + step < inFile.size()) {
          pages.set(start + step, inFile.get(page + step));
        }
      }
    }
    for (int plane = 0; plain && plane < Math.min(count, inFile.size()); plane++) {
      pages.set(plane, inFile.get(plane));
    }
    return pages;
  }

  /** True if the planes belong to another file than the one that the document names as itself. */
  private boolean isElsewhere(Element data) {
    String own = pixels.getOwnerDocument().getDocumentElement().getAttribute("UUID");
    String stated = data.getElementsByTagNameNS(ANY, "UUID").item(0).getTextContent().trim();
    return !own.isEmpty() && !stated.equals(own);
  }

  /** Adds the sizes of pixels. */
  StatedSizes sizes(StatedSizes stated) {
    double[] sizes = new double[3];
    String[] units = new String[sizes.length];
    for (int axis = 0; axis < sizes.length; axis++) {
      String name = "PhysicalSize" + "XYZ".charAt(axis);
      sizes[axis] = Units.positive(pixels.getAttribute(name));
      boolean named = pixels.hasAttribute(name + "Unit");
      units[axis] = named ? pixels.getAttribute(name + "Unit") : "\u00b5m";
    }
    boolean named = pixels.hasAttribute("TimeIncrementUnit");
    String unit = named ? pixels.getAttribute("TimeIncrementUnit") : "s";
    double step = Units.positive(pixels.getAttribute("TimeIncrement"));
    return stated.interval(step, unit, true).lengths(sizes, units, true);
  }

  private static int number(Element element, String name, int missing) {
    try {
      return element.hasAttribute(name) ? Integer.parseInt(element.getAttribute(name)) : missing;
    } catch (NumberFormatException error) {
      return missing;
    }
  }
}
