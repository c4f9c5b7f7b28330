package deepbacs.zoo.images;

import deepbacs.zoo.tensors.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Tags of one page of a TIFF file. */
final class TiffPage {

  private static final int UNSIGNED = 1;
  private static final int SIGNED = 2;
  private static final int REAL = 3;
  private static final int[] ALPHA = {1, 2};

  final int width;
  final int height;
  final int bits;
  final int samples;
  final int compression;
  final int predictor;
  final int photometric;
  final boolean planar;
  final boolean tiled;
  /** Rows and columns of a strip or tile. */
  final int partHeight;

  final int partWidth;
  final long[] offsets;
  final long[] counts;
  final List<String> descriptions;
  /** The byte of the file where it is described. */
  final long place;
  /** True if it says that it is a smaller copy of another one. */
  final boolean isReduced;
  /** Planes of one page, if it holds a volume. */
  final int depth;
  /** Where images below it are described (SubIFDs). */
  final long[] below;
  final int resolutionUnit;
  /** Pixels per unit; NaN when not stated. */
  final double resolutionX;

  final double resolutionY;
  /** All reds of the palette, then all greens, then all blues; empty without one. */
  final long[] colorMap;

  /** Bytes of the parts of ImageJ's own metadata, and the metadata; empty without. */
  final long[] metadataCounts;

  final long[] metadata;
  private final int format;
  private final long[] extra;

  /** @param tags the numbers of each tag; rationals as numerator, denominator */
  TiffPage(Map<Integer, long[]> tags, List<String> descriptions, long place) throws Damaged {
    this.place = place;
    isReduced = (number(tags, 254, 0) & 1) == 1;
    depth = number(tags, 32997, 1);
    below = tags.getOrDefault(330, new long[0]);
    width = number(tags, 256, 0);
    height = number(tags, 257, 0);
    bits = number(tags, 258, 1);
    samples = number(tags, 277, 1);
    compression = number(tags, 259, 1);
    predictor = number(tags, 317, 1);
    photometric = number(tags, 262, 1);
    planar = number(tags, 284, 1) == 2 && samples > 1;
    format = number(tags, 339, UNSIGNED);
    extra = tags.getOrDefault(338, new long[0]);
    tiled = tags.containsKey(322);
    partWidth = tiled ? number(tags, 322, 0) : width;
    partHeight = tiled ? number(tags, 323, 0) : Math.min(number(tags, 278, height), height);
    offsets = tags.getOrDefault(tiled ? 324 : 273, new long[0]);
    counts = tags.getOrDefault(tiled ? 325 : 279, new long[0]);
    this.descriptions = Collections.unmodifiableList(new ArrayList<>(descriptions));
    metadataCounts = tags.getOrDefault(50838, new long[0]);
    metadata = tags.getOrDefault(50839, new long[0]);
    colorMap = tags.getOrDefault(320, new long[0]);
    resolutionUnit = number(tags, 296, 2);
    resolutionX = ratio(tags.get(282));
    resolutionY = ratio(tags.get(283));
  }

  private static int number(Map<Integer, long[]> tags, int tag, int missing) throws Damaged {
    long[] found = tags.get(tag);
    if (found == null || found.length == 0) {
      return missing;
    }
    // Rows of a strip may be "all of them", the largest number that fits.
    if (found[0] > Integer.MAX_VALUE && tag == 278) {
      return Integer.MAX_VALUE;
    }
    if (found[0] < 0 || found[0] > Integer.MAX_VALUE) {
      throw new Damaged("tag " + tag + " holds " + found[0]);
    }
    return (int) found[0];
  }

  private static double ratio(long[] parts) {
    boolean stated = parts != null && parts.length >= 2 && parts[0] != 0 && parts[1] != 0;
    return stated ? (double) parts[0] / parts[1] : Double.NaN;
  }

  /** The number type, or null where no image has it. */
  DType dtype() {
    if (format == REAL) {
      return bits == 16
          ? DType.FLOAT16
          : bits == 32 ? DType.FLOAT32 : bits == 64 ? DType.FLOAT64 : null;
    }
    if (format == SIGNED) {
      return bits == 8
          ? DType.INT8
          : bits == 16 ? DType.INT16 : bits == 32 ? DType.INT32 : bits == 64 ? DType.INT64 : null;
    }
    if (format != UNSIGNED && format != 4 || bits < 1) {
      return null;
    }
    if (bits <= Byte.SIZE) {
      return DType.UINT8; // also one bit: what is true is 1
    }
    if (bits <= Short.SIZE) {
      return DType.UINT16;
    }
    return bits <= Integer.SIZE ? DType.UINT32 : bits == Long.SIZE ? DType.UINT64 : null;
  }

  /** True if its numbers are whole and not negative. */
  boolean isUnsigned() {
    return format == UNSIGNED;
  }

  /** Samples without those for transparency. */
  int colors() {
    int alpha = 0;
    for (long kind : extra) {
      alpha += kind == ALPHA[0] || kind == ALPHA[1] ? 1 : 0;
    }
    return Math.max(samples - alpha, 1);
  }

  /** True if its samples are red, green and blue. */
  boolean isColor() {
    return (photometric == 2 || photometric == 6) && samples > 1 && colors() == 3;
  }

  /** Bytes of its pixels without compression. */
  long bytes() {
    return rowBytes(width, samples) * height;
  }

  /** Bytes of one row of pixels; rows begin at whole bytes. */
  long rowBytes(int pixels, int values) {
    return ((long) pixels * values * bits + Byte.SIZE - 1) / Byte.SIZE;
  }

  /** True if all pixels lie one after the other as they are. */
  boolean isContiguous() {
    if (compression != 1 || tiled || offsets.length == 0) {
      return false;
    }
    for (int part = 1; part < offsets.length && part < counts.length; part++) {
      if (offsets[part] != offsets[part - 1] + counts[part - 1]) {
        return false;
      }
    }
    return true;
  }

  /** True if both are planes of one image. */
  boolean isLike(TiffPage other) {
    return width == other.width && height == other.height && isOfType(other);
  }

  /** True if their pixels are of one type. */
  boolean isOfType(TiffPage other) {
    return Arrays.equals(type(), other.type());
  }

  private int[] type() {
    return new int[] {bits, samples, format, planar ? 2 : 1, photometric};
  }
}
