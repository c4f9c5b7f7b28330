package deepbacs.zoo.runner;

import deepbacs.zoo.errors.PythonFormat;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Tensor;

/**
 * Tensors in the type of number that a network takes.
 *
 * <p>A description knows no half precision, and graphs have it; so a tensor is cast where the
 * network takes it, if nothing but digits is lost.
 */
final class Casts {

  /** The largest number of float16, and the smallest one that it rounds to infinity. */
  private static final double HALF_MAX = 65504;

  private static final double BEYOND_HALF = 65520;

  private Casts() {}

  /**
   * The tensor in another type; the same where it has it already.
   *
   * @throws ZooException PACKAGE: whole numbers are asked for, and these are others; DATA: they are
   *     beyond float16
   */
  static Tensor cast(String id, Tensor tensor, DType target) {
    if (tensor.dtype == target) {
      return tensor;
    }
    if (!target.isFloat()) {
      checkWhole(id, tensor, target);
    } else if (target == DType.FLOAT16) {
      checkHalf(id, tensor);
    }
    Tensor result = Tensor.zeros(target, tensor.axes, tensor.shape());
    for (int index = 0; index < tensor.size(); index++) {
      result.set(index, tensor.get(index));
    }
    return result;
  }

  private static void checkHalf(String id, Tensor tensor) {
    for (int index = 0; index < tensor.size(); index++) {
      double size = Math.abs(tensor.get(index));
      if (size >= BEYOND_HALF && !Double.isInfinite(size)) {
        String most = PythonFormat.g(HALF_MAX);
        throw new ZooException(
            Kind.DATA,
            "input '" + id + "'",
            "after preprocessing it holds values beyond the network's half precision",
            range(tensor),
            "-" + most + " to " + most + " (float16)",
            "give an image with smaller values, or ask the package's authors for weights in"
                + " float32");
      }
    }
  }

  private static void checkWhole(String id, Tensor tensor, DType target) {
    for (int index = 0; index < tensor.size(); index++) {
      double value = tensor.get(index);
      // NaN is none of them.
      if (!(value == Math.rint(value) && value >= target.min && value <= target.max)) {
        String name = target.numpy();
        throw new ZooException(
            Kind.PACKAGE,
            "input '" + id + "'",
            "the network takes whole numbers, and the package's preprocessing gives others",
            tensor.dtype.numpy() + ", " + range(tensor),
            "whole numbers from " + whole(target.min) + " to " + whole(target.max)
                + " (" + name + ")",
            "export the network with inputs of float32, or end the preprocessing with ensure_dtype"
                + " to " + name + " (format 0.5)");
      }
    }
  }

  private static String whole(double limit) {
    return Math.abs(limit) < Long.MAX_VALUE
        ? String.valueOf((long) limit)
        : limit > 0x1p63 ? "18446744073709551615" : String.valueOf((long) limit);
  }

  private static String range(Tensor tensor) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (int index = 0; index < tensor.size(); index++) {
      least = Math.min(least, tensor.get(index));
      most = Math.max(most, tensor.get(index));
    }
    return PythonFormat.g(least) + " to " + PythonFormat.g(most);
  }
}
