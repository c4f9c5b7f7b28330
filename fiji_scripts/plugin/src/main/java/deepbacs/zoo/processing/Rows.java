package deepbacs.zoo.processing;

import deepbacs.zoo.tensors.Tensor;

/** Walks through a tensor row by row, where a row runs along the last axis. */
final class Rows {

  /** Values in a row. */
  final int length;
  /** Where the row at hand begins in the tensor. */
  int start;

  private final int[] shape;
  private final int[] position;
  private final int last;
  private boolean begun;

  Rows(Tensor tensor) {
    shape = tensor.shape();
    last = shape.length - 1;
    length = last < 0 ? 1 : shape[last];
    position = new int[Math.max(last, 0)];
  }

  /** Goes on to the next row; false after the last one. */
  boolean next() {
    if (!begun) {
      begun = true;
      return true;
    }
    start += length;
    for (int axis = position.length - 1; axis >= 0; axis--) {
      if (++position[axis] < shape[axis]) {
        return true;
      }
      position[axis] = 0;
    }
    return false;
  }

  /** Where the numbers for this row begin in a statistic. */
  int startIn(Statistic statistic) {
    int result = 0;
    for (int axis = 0; axis < position.length; axis++) {
      result += position[axis] * statistic.stride(axis);
    }
    return result;
  }

  /** The step in a statistic from one value of a row to the next. */
  int stepIn(Statistic statistic) {
    return last < 0 ? 0 : statistic.stride(last);
  }

  /** Copies this row of a tensor. */
  void read(Tensor tensor, double[] values) {
    if (tensor.dtype.isWide()) {
      for (int index = 0; index < length; index++) {
        values[index] = tensor.get(start + index);
      }
      return;
    }
    float[] floats = tensor.floats();
    for (int index = 0; index < length; index++) {
      values[index] = floats[start + index];
    }
  }

  /** Sets this row of a tensor, rounded to what it holds. */
  void write(double[] values, Tensor tensor) {
    if (tensor.dtype.isWide()) {
      for (int index = 0; index < length; index++) {
        tensor.set(start + index, values[index]);
      }
      return;
    }
    float[] floats = tensor.floats();
    for (int index = 0; index < length; index++) {
      floats[start + index] = (float) values[index];
    }
  }
}
