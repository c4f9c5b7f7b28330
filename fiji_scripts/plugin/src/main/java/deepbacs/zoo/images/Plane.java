package deepbacs.zoo.images;

import deepbacs.zoo.tensors.DType;

/**
 * The values of one channel at one slice and frame, row by row, held as compactly as in the file.
 *
 * <p>The array is {@code byte[]}, {@code short[]}, {@code int[]}, {@code float[]} or {@code
 * double[]} as the type asks for; or ImageJ's {@code int[]} of packed colors, of which a plane
 * shows one.
 */
public final class Plane {

  private static final int NOT_PACKED = -1;
  private static final int BYTE = 0xff;
  private static final int SHORT = 0xffff;
  private static final long INT = 0xffffffffL;

  private final DType dtype;
  private final Object pixels;
  private final int shift;
  private final int offset;

  private Plane(DType dtype, Object pixels, int shift, int offset) {
    this.dtype = dtype;
    this.pixels = pixels;
    this.shift = shift;
    this.offset = offset;
  }

  /** A plane around an array, which is not copied. */
  static Plane of(DType dtype, Object pixels) {
    return new Plane(dtype, pixels, NOT_PACKED, 0);
  }

  /** One color of packed pixels: 0 is red, 1 green, 2 blue. */
  static Plane ofColor(int[] packed, int color) {
    return new Plane(DType.UINT8, packed, Byte.SIZE * (2 - color), 0);
  }

  /** ImageJ's own form of signed 16 bit: unsigned, with 32768 added. */
  static Plane ofShifted(short[] pixels) {
    return new Plane(DType.INT16, pixels, NOT_PACKED, Short.MIN_VALUE);
  }

  /** The value of one pixel. */
  public double get(int index) {
    if (shift != NOT_PACKED) {
      return (((int[]) pixels)[index] >> shift) & BYTE;
    }
    if (offset != 0) {
      return (((short[]) pixels)[index] & SHORT) + offset;
    }
    switch (dtype) {
      case UINT8:
      case BOOL:
        return ((byte[]) pixels)[index] & BYTE;
      case INT8:
        return ((byte[]) pixels)[index];
      case UINT16:
        return ((short[]) pixels)[index] & SHORT;
      case INT16:
        return ((short[]) pixels)[index];
      case INT32:
        return ((int[]) pixels)[index];
      case UINT32:
        return ((int[]) pixels)[index] & INT;
      case FLOAT16:
      case FLOAT32:
        return ((float[]) pixels)[index];
      default:
        return ((double[]) pixels)[index];
    }
  }

  /** Copies a run of values as float32 into an array. */
  public void copy(int from, int count, float[] target, int at) {
    if (pixels instanceof float[]) {
      System.arraycopy(pixels, from, target, at, count);
      return;
    }
    for (int index = 0; index < count; index++) {
      target[at + index] = (float) get(from + index);
    }
  }

  /** How many of the first values are not a number or infinite. */
  long notFinite(int count) {
    long found = 0;
    if (dtype.isFloat()) {
      for (int index = 0; index < count; index++) {
        double value = get(index);
        found += Double.isNaN(value) || Double.isInfinite(value) ? 1 : 0;
      }
    }
    return found;
  }
}
