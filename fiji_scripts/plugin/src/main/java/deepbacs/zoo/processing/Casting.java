package deepbacs.zoo.processing;

import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Tensor;

/** Casts that give the same numbers on every computer, and never a number for NaN. */
final class Casting implements FittedStep {

  private static final double HALF = 9223372036854775808.0;
  private static final String CAUSE = "look for the cause in the image or the network's output";

  private final DType dtype;

  Casting(DType dtype) {
    this.dtype = dtype;
  }

  /**
   * Casts to another type; the tensor itself where it has that type already.
   *
   * <p>From float to integer the fraction is cut off (towards zero). A number beyond the integer
   * type wraps: modulo two to its number of bits.
   *
   * @throws ZooException DATA: a number that is no number, infinite or beyond 64 bits would become
   *     an integer, or NaN a truth value
   */
  @Override
  public Tensor apply(Tensor tensor, boolean overwrite) {
    if (tensor.dtype == dtype) {
      return tensor;
    }
    if (tensor.dtype.isFloat() && dtype == DType.BOOL) {
      refuseNaN(tensor, "ensure_dtype");
    } else if (tensor.dtype.isFloat() && !dtype.isFloat()) {
      refuseBeyond(tensor);
    }
    Tensor result = Tensor.zeros(dtype, tensor.axes, tensor.shape());
    for (int index = 0; index < tensor.size(); index++) {
      result.set(index, cast(tensor.get(index)));
    }
    return result;
  }

  private double cast(double value) {
    if (dtype == DType.FLOAT16) {
      return toHalf(value);
    }
    if (dtype.isFloat()) {
      return value;
    }
    if (dtype == DType.BOOL) {
      return value == 0 ? 0 : 1;
    }
    if (value >= HALF) {
      // Of unsigned 64-bit numbers; the bits beyond the sign are those of the difference.
      return dtype == DType.UINT64 ? value : wrapped((long) (value - HALF) + Long.MIN_VALUE);
    }
    return wrapped((long) value);
  }

  private double wrapped(long value) {
    switch (dtype) {
      case INT8:
        return (byte) value;
      case UINT8:
        return value & 0xff;
      case INT16:
        return (short) value;
      case UINT16:
        return value & 0xffff;
      case INT32:
        return (int) value;
      case UINT32:
        return value & 0xffffffffL;
      case UINT64:
        return value >= 0 ? value : 2.0 * (value >>> 1 | value & 1);
      default:
        return value;
    }
  }

  /** The nearest 16-bit float: 11 significant bits, none below 2^-24. */
  static double toHalf(double value) {
    if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
      return value;
    }
    double unit = Math.scalb(1.0, Math.max(Math.getExponent(value), -14) - 10);
    double rounded = Math.rint(value / unit) * unit;
    return Math.abs(rounded) < 65520 ? rounded : Math.signum(value) * Double.POSITIVE_INFINITY;
  }

  private void refuseBeyond(Tensor tensor) {
    double above = dtype == DType.UINT64 ? 2 * HALF : HALF;
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (int index = 0; index < tensor.size(); index++) {
      least = Math.min(least, tensor.get(index));
      most = Math.max(most, tensor.get(index));
    }
    if (tensor.size() > 0 && !(least >= -HALF && most < above)) {
      throw new ZooException(
          Kind.DATA,
          "processing step ensure_dtype",
          "a tensor holds NaN, infinity or a number beyond 64 bits, which no integer can stand for",
          PythonText.str(least) + " to " + PythonText.str(most),
          "numbers of the type " + dtype.numpy(),
          CAUSE);
    }
  }

  /** Raises where an operation would turn NaN into a number. */
  static void refuseNaN(Tensor tensor, String name) {
    int count = 0;
    for (int index = 0; index < tensor.size(); index++) {
      count += Double.isNaN(tensor.get(index)) ? 1 : 0;
    }
    if (count > 0) {
      throw new ZooException(
          Kind.DATA,
          "processing step " + name,
          "a tensor holds NaN",
          count + " of " + tensor.size() + " values",
          "numbers",
          CAUSE);
    }
  }

  /** Refuses statistics that are no finite numbers. */
  static void checkFinite(String step, String name, Statistic statistic) {
    for (double value : statistic.values) {
      if (Double.isNaN(value) || Double.isInfinite(value)) {
        throw new ZooException(
            Kind.DATA,
            "processing step " + step,
            "the " + name + " of a tensor is not a finite number",
            PythonText.str(value),
            "tensors without NaN and infinity",
            CAUSE);
      }
    }
  }
}
