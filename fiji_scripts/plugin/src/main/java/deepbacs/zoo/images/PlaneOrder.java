package deepbacs.zoo.images;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.util.Arrays;
import java.util.Locale;

/** The order of the planes in a file: axes and sizes, the last one fastest. */
final class PlaneOrder {

  /** An axis without a meaning. */
  static final char UNKNOWN = 'q';

  private final String axes;
  private final int[] sizes;

  private PlaneOrder(String axes, int[] sizes) {
    this.axes = axes;
    this.sizes = sizes;
  }

  /**
   * An order in which every axis has a meaning.
   *
   * @param axes of {@code t z c}; every other axis has no meaning: the first such axis is a
   *     stack of slices
   * @throws ZooException DATA: there are more axes than an image has
   */
  static PlaneOrder of(String axes, int[] sizes, ImageName name) {
    StringBuilder known = new StringBuilder();
    int[] kept = new int[sizes.length];
    for (int axis = 0; axis < sizes.length; axis++) {
      char axisName = Character.toLowerCase(axes.charAt(axis));
      if (sizes[axis] != 1) { // axes of one pixel say nothing
        kept[known.length()] = sizes[axis];
        known.append("tzc".indexOf(axisName) >= 0 ? axisName : UNKNOWN);
      }
    }
    int[] lengths = Arrays.copyOf(kept, known.length());
    StringBuilder free = new StringBuilder();
    for (char axisName : "ztc".toCharArray()) {
      if (known.indexOf(String.valueOf(axisName)) < 0) {
        free.append(axisName);
      }
    }
    for (int axis = 0; axis < lengths.length; axis++) {
      if (known.charAt(axis) == UNKNOWN) {
        if (free.length() == 0 || free.charAt(0) != 'z') {
          throw tooMany(axes, sizes, name);
        }
        known.setCharAt(axis, free.charAt(0));
        free.deleteCharAt(0);
      }
    }
    return new PlaneOrder(known.toString(), lengths);
  }

  private static ZooException tooMany(String axes, int[] sizes, ImageName name) {
    StringBuilder shape = new StringBuilder();
    for (int size : sizes) {
      shape.append(shape.length() == 0 ? "" : "x").append(size);
    }
    return new ZooException(
        Kind.DATA,
        name.text,
        "it has more axes than an image",
        axes.toUpperCase(Locale.ROOT) + " " + shape,
        "time, slices, channels, rows and columns",
        "save it as a hyperstack of at most five axes");
  }

  int size(char axisName) {
    int axis = axes.indexOf(axisName);
    return axis < 0 ? 1 : sizes[axis];
  }

  int planes() {
    int count = 1;
    for (int size : sizes) {
      count = Math.multiplyExact(count, size);
    }
    return count;
  }

  /** The number of a plane, counted from 0. */
  int plane(int frame, int slice, int channel) {
    int number = 0;
    for (int axis = 0; axis < sizes.length; axis++) {
      char axisName = axes.charAt(axis);
      int index = axisName == 't' ? frame : axisName == 'z' ? slice : channel;
      number = number * sizes[axis] + index;
    }
    return number;
  }

  /** The axes with more than one plane. */
  @Override
  public String toString() {
    return axes.toUpperCase(Locale.ROOT);
  }
}
