package deepbacs.zoo.processing;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.Tensor;

/**
 * Numbers that go with a tensor: one for all of it, or with its axes, of which those that count
 * together have size 1, so that a statistic of one tensor can be applied to any crop of it.
 */
final class Statistic {

  /** Without sizes: one number. */
  final int[] shape;

  final double[] values;
  private final int[] strides;

  Statistic(double[] values, int... shape) {
    this.shape = shape;
    this.values = values;
    this.strides = new int[shape.length];
    int step = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = shape[axis] == 1 ? 0 : step;
      step *= shape[axis];
    }
  }

  static Statistic of(double value) {
    return new Statistic(new double[] {value});
  }

  /** Steps in values from one position of an axis to the next. */
  int stride(int axis) {
    return strides.length == 0 ? 0 : strides[axis];
  }

  /** The same numbers plus one. */
  Statistic plus(double value) {
    double[] result = values.clone();
    for (int index = 0; index < result.length; index++) {
      result[index] += value;
    }
    return new Statistic(result, shape);
  }

  /** The differences to another statistic of the same shape. */
  Statistic minus(Statistic other) {
    double[] result = values.clone();
    for (int index = 0; index < result.length; index++) {
      result[index] -= other.values[index];
    }
    return new Statistic(result, shape);
  }

  /** Refuses a crop along an axis whose positions have statistics of their own: DATA. */
  void checkFits(Tensor tensor) {
    int[] sizes = tensor.shape();
    if (shape.length > 0 && shape.length != sizes.length) {
      throw new IllegalArgumentException(tensor + " for a statistic of " + shape.length + " axes");
    }
    for (int axis = 0; axis < shape.length; axis++) {
      if (shape[axis] != 1 && shape[axis] != sizes[axis]) {
        throw new ZooException(
            Kind.DATA,
            "axis " + axis + " of a tensor",
            "it is not the one that the processing step was measured on",
            sizes[axis] + " positions",
            shape[axis] + " positions",
            "crop only along axes that the statistics are taken over");
      }
    }
  }
}
