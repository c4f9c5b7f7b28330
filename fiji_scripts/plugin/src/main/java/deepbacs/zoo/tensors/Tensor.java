package deepbacs.zoo.tensors;

import java.util.Arrays;

/**
 * Numbers with a type, a shape and axes; row-major, the last axis runs fastest.
 *
 * <p>Values are kept as {@code float[]}, and as {@code double[]} for the types that float32 does not
 * hold ({@link DType#isWide()}). 64-bit integers beyond 2^53 are rounded.
 */
public final class Tensor {

  public final DType dtype;
  /** The names of the axes, for example {@code bcyx}. */
  public final String axes;

  private final int[] shape;
  private final float[] narrow;
  private final double[] wide;

  private Tensor(DType dtype, String axes, int[] shape, float[] narrow, double[] wide) {
    if (axes.length() != shape.length) {
      throw new IllegalArgumentException(axes + " for shape " + Arrays.toString(shape));
    }
    int length = narrow != null ? narrow.length : wide.length;
    if (count(shape) != length || dtype.isWide() != (wide != null)) {
      throw new IllegalArgumentException(
          length + " values of " + dtype.numpy() + " for shape " + Arrays.toString(shape));
    }
    this.dtype = dtype;
    this.axes = axes;
    this.shape = shape.clone();
    this.narrow = narrow;
    this.wide = wide;
  }

  /** A tensor of zeros. */
  public static Tensor zeros(DType dtype, String axes, int... shape) {
    int size = count(shape);
    return dtype.isWide()
        ? new Tensor(dtype, axes, shape, null, new double[size])
        : new Tensor(dtype, axes, shape, new float[size], null);
  }

  /** A tensor around an array of values that its type holds; the array is not copied. */
  public static Tensor of(DType dtype, float[] values, String axes, int... shape) {
    return new Tensor(dtype, axes, shape, values, null);
  }

  /** A float32 tensor around an array, which is not copied. */
  public static Tensor of(float[] values, String axes, int... shape) {
    return new Tensor(DType.FLOAT32, axes, shape, values, null);
  }

  /** A tensor of a wide type around an array, which is not copied. */
  public static Tensor of(DType dtype, double[] values, String axes, int... shape) {
    return new Tensor(dtype, axes, shape, null, values);
  }

  /** Number of values of a shape; {@link ArithmeticException} beyond what one array holds. */
  public static int count(int... shape) {
    int size = 1;
    for (int length : shape) {
      size = Math.multiplyExact(size, length);
    }
    return size;
  }

  public int[] shape() {
    return shape.clone();
  }

  /** Size along the axis of this name, 1 where there is none. */
  public int size(char axisName) {
    int axis = axes.indexOf(axisName);
    return axis < 0 ? 1 : shape[axis];
  }

  /** Number of values. */
  public int size() {
    return narrow != null ? narrow.length : wide.length;
  }

  public double get(int index) {
    return narrow != null ? narrow[index] : wide[index];
  }

  /** Sets a value; it is not checked against the type. */
  public void set(int index, double value) {
    if (narrow != null) {
      narrow[index] = (float) value;
    } else {
      wide[index] = value;
    }
  }

  /** The values themselves, not a copy; {@link IllegalStateException} for a wide type. */
  public float[] floats() {
    if (narrow == null) {
      throw new IllegalStateException(dtype.numpy() + " is kept as double");
    }
    return narrow;
  }

  /** Steps in values from one position to the next, per axis. */
  public int[] strides() {
    int[] strides = new int[shape.length];
    int step = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = step;
      step *= shape[axis];
    }
    return strides;
  }

  /** The same values under other axes; the array is shared. */
  public Tensor reshaped(String newAxes, int... newShape) {
    return new Tensor(dtype, newAxes, newShape, narrow, wide);
  }

  @Override
  public String toString() {
    return "Tensor(" + dtype.numpy() + " " + axes + " " + Arrays.toString(shape) + ")";
  }
}
