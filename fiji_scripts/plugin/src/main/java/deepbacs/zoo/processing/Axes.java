package deepbacs.zoo.processing;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.Tensor;

/** Axes that count together in a statistic, and those of another tensor. */
final class Axes {

  private Axes() {}

  /** Whether an axis counts together; all of them do where {@code axes} is null. */
  static boolean isReduced(char axisName, String axes) {
    return axes == null || axes.indexOf(axisName) >= 0;
  }

  /** The shape of a statistic: 1 for axes that count together. */
  static int[] keptShape(Tensor tensor, String axes) {
    int[] shape = tensor.shape();
    for (int axis = 0; axis < shape.length; axis++) {
      if (isReduced(tensor.axes.charAt(axis), axes)) {
        shape[axis] = 1;
      }
    }
    return shape;
  }

  /**
   * Brings a statistic of one tensor to the axes of the tensor that it is applied to.
   *
   * @throws ZooException PACKAGE: it has positions along an axis that the other tensor lacks
   */
  static Statistic shaped(Statistic statistic, String source, String axes) {
    if (source.equals(axes)) {
      return statistic;
    }
    for (int axis = 0; axis < source.length(); axis++) {
      if (statistic.shape[axis] > 1 && axes.indexOf(source.charAt(axis)) < 0) {
        throw new ZooException(
            Kind.PACKAGE,
            "reference_tensor",
            "its statistics keep an axis that the processed tensor does not have",
            source.charAt(axis),
            "the axes " + axes,
            "add this axis to 'axes' in the description");
      }
    }
    int[] shape = new int[axes.length()];
    int[] strides = new int[axes.length()];
    for (int axis = 0; axis < shape.length; axis++) {
      int own = source.indexOf(axes.charAt(axis));
      shape[axis] = own < 0 ? 1 : statistic.shape[own];
      strides[axis] = own < 0 ? 0 : statistic.stride(own);
    }
    double[] values = new double[Tensor.count(shape)];
    int[] position = new int[shape.length];
    for (int index = 0; index < values.length; index++) {
      int from = 0;
      for (int axis = 0; axis < shape.length; axis++) {
        from += position[axis] * strides[axis];
      }
      values[index] = statistic.values[from];
      for (int axis = shape.length - 1; axis >= 0 && ++position[axis] == shape[axis]; axis--) {
        position[axis] = 0;
      }
    }
    return new Statistic(values, shape);
  }
}
