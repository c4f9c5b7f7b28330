package deepbacs.zoo.images;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Named axes in the order of a file, the last one fastest.
 *
 * <p>An axis without a meaning ({@code Q}, {@code I}) is one of slices; along one that no image has,
 * as positions ({@code R}), every value is an image of its own.
 */
final class PlaneAxes {

  private static final Map<Character, String> ROLES = new HashMap<>();

  static {
    String[] roles = {
      "T t", "Z z", "C c", "S c", "Q z", "I z", "R position", "P phase", "M mosaic", "A angle",
      "E wavelength", "H lifetime", "L exposure", "V event", "J column", "K row"
    };
    for (String role : roles) {
      ROLES.put(role.charAt(0), role.substring(2));
    }
  }

  private final List<String> roles = new ArrayList<>();
  private final List<Integer> lengths = new ArrayList<>();
  private int assumed;

  /**
   * @throws ZooException DATA: there are more axes than an image has
   */
  PlaneAxes(String axes, int[] sizes, String where) {
    StringBuilder found = new StringBuilder();
    for (int axis = 0; axis < sizes.length; axis++) {
      char axisName = axes.toUpperCase(Locale.ROOT).charAt(axis);
      if (sizes[axis] != 1) { // an axis of one plane says nothing
        roles.add(ROLES.getOrDefault(axisName, "axis " + axisName));
        lengths.add(sizes[axis]);
        assumed += "QI".indexOf(axisName) >= 0 ? sizes[axis] : 0;
        found.append(found.length() == 0 ? "" : " ").append(axisName).append(' ');
        found.append(sizes[axis]);
      }
    }
    if (new HashSet<>(roles).size() < roles.size()) {
      throw new ZooException(
          Kind.DATA,
          where,
          "it has more axes than an image",
          found,
          "time, slices, channels, rows and columns",
          "save it as a hyperstack of at most five axes");
    }
  }

  /**
   * The images of pages in this order.
   *
   * @param pages the pages that are there; perhaps fewer than the sizes name
   * @param base all else about the images; its name becomes a part of theirs
   */
  List<TiffSeries> arranged(List<Integer> pages, TiffSeries base) {
    Map<String, TiffSeries> images = new LinkedHashMap<>();
    int[] index = new int[roles.size()];
    for (int page : pages) {
      int[] plane = new int[3];
      StringBuilder name = new StringBuilder(base.name);
      for (int axis = 0; axis < index.length; axis++) {
        int role = "tzc".indexOf(roles.get(axis));
        if (role >= 0) {
          plane[role] = index[axis];
        } else {
          name.append(name.length() == 0 ? "" : ", ");
          name.append(roles.get(axis)).append(' ').append(index[axis] + 1);
        }
      }
      images.computeIfAbsent(name.toString(), text -> image(text, base)).planes.put(plane, page);
      if (!next(index)) {
        break;
      }
    }
    return new ArrayList<>(images.values());
  }

  private TiffSeries image(String name, TiffSeries base) {
    TiffSeries image = base.like();
    image.name = name;
    image.sizes = new int[] {size("t"), size("z"), size("c")};
    image.assumed = assumed;
    return image;
  }

  private int size(String role) {
    int axis = roles.indexOf(role);
    return axis < 0 ? 1 : lengths.get(axis);
  }

  /** Steps to the next plane; false behind the last one. */
  private boolean next(int[] index) {
    for (int axis = index.length - 1; axis >= 0; axis--) {
      if (++index[axis] < lengths.get(axis)) {
        return true;
      }
      index[axis] = 0;
    }
    return false;
  }
}
