package deepbacs.zoo.images;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.w3c.dom.Element;

/** The element {@code Pixels} of an image in OME-XML: sizes of pixels and names of channels. */
final class OmePixels {

  private final Element pixels;

  OmePixels(Element pixels) {
    this.pixels = pixels;
  }

  /**
   * Names of the channels of these indices, empty for those without; none where none is stated.
   *
   * @param count of all channels
   */
  List<String> channels(int count, int... indices) {
    List<String> all = new ArrayList<>();
    for (Element channel : OmeDescription.all(pixels, "Channel")) {
      all.add(channel.getAttribute("Name"));
    }
    List<String> names = new ArrayList<>();
    for (int index : indices) {
      names.add(all.size() == count ? all.get(index) : "");
    }
    return names.stream().allMatch(String::isEmpty) ? Collections.emptyList() : names;
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
}
