package deepbacs.zoo.images;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.util.Arrays;
import java.util.Locale;

/** In which order the planes of a file stand: letters and sizes, the last one fastest. */
final class PlaneOrder {

  /** An axis without a meaning. */
  static final char UNKNOWN = 'q';

  private final String letters;
  private final int[] sizes;

  private PlaneOrder(String letters, int[] sizes) {
    this.letters = letters;
    this.sizes = sizes;
  }

  /**
   * An order in which every axis has a meaning.
   *
   * @param letters of {@code t z c}; every other letter has no meaning: the first such axis is a
   *     stack of slices
   * @throws ZooException DATA: there are more axes than an image has
   */
  static PlaneOrder of(String letters, int[] sizes, ImageName name) {
    StringBuilder known = new StringBuilder();
    int[] kept = new int[sizes.length];
    for (int axis = 0; axis < sizes.length; axis++) {
      char letter = Character.toLowerCase(letters.charAt(axis));
      if (sizes[axis] != 1) { // axes of one pixel say nothing
        kept[known.length()] = sizes[axis];
        known.append("tzc".indexOf(letter) >= 0 ? letter : UNKNOWN);
      }
    }
    int[] lengths = Arrays.copyOf(kept, known.length());
    StringBuilder free = new StringBuilder();
    for (char letter : "ztc".toCharArray()) {
      if (known.indexOf(String.valueOf(letter)) < 0) {
        free.append(letter);
      }
    }
    for (int axis = 0; axis < lengths.length; axis++) {
      if (known.charAt(axis) == UNKNOWN) {
        if (free.length() == 0 || free.charAt(0) != 'z') {
          throw tooMany(letters, sizes, name);
        }
        known.setCharAt(axis, free.charAt(0));
        free.deleteCharAt(0);
      }
    }
    return new PlaneOrder(known.toString(), lengths);
  }

  private static ZooException tooMany(String letters, int[] sizes, ImageName name) {
    StringBuilder shape = new StringBuilder();
    for (int size : sizes) {
      shape.append(shape.length() == 0 ? "" : "x").append(size);
    }
    return new ZooException(
        Kind.DATA,
        name.text,
        "it has more axes than an image",
        letters.toUpperCase(Locale.ROOT) + " " + shape,
        "time, slices, channels, rows and columns",
        "save it as a hyperstack of at most five axes");
  }

  int size(char letter) {
    int axis = letters.indexOf(letter);
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
      char letter = letters.charAt(axis);
      int index = letter == 't' ? frame : letter == 'z' ? slice : channel;
      number = number * sizes[axis] + index;
    }
    return number;
  }

  /** The axes with more than one plane. */
  @Override
  public String toString() {
    return letters.toUpperCase(Locale.ROOT);
  }
}
