package deepbacs.zoo.prediction;

import deepbacs.zoo.errors.PythonFormat;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.tensors.TensorBlocks;
import deepbacs.zoo.tensors.TensorSpec;
import java.util.Arrays;

/**
 * Puts the results of all positions of one output into one tensor.
 *
 * <p>The axes are {@code t z c y x} where the output has none but these; an axis that neither the
 * output nor the positions have gets size 1. An output with an index axis keeps its own axes,
 * behind those of the positions.
 */
final class Collector {

  private final TensorSpec spec;
  private final Positions positions;
  private final String own;
  private final String axes;
  private Tensor collected;

  Collector(TensorSpec spec, Positions positions) {
    this.spec = spec;
    this.positions = positions;
    this.own = spec.axisNames().replace("b", "");
    boolean shaped = true;
    for (char axisName : own.toCharArray()) {
      shaped &= Positions.IMAGE_AXES.indexOf(axisName) >= 0;
    }
    StringBuilder outer = new StringBuilder();
    for (char axisName : positions.axes.toCharArray()) {
      // An axis that the output has for itself is no position; if both are long, put() refuses.
      if (own.indexOf(axisName) < 0) {
        outer.append(axisName);
      }
    }
    this.axes = shaped ? Positions.IMAGE_AXES : outer + own;
  }

  /**
   * Refuses an image whose positions need an axis that an output has for itself.
   *
   * <p>So much is known before the network is run; sizes that depend on the data are looked at when
   * they are there.
   *
   * @throws ZooException UNSUPPORTED: the image has several positions along such an axis
   */
  static void checkOwnAxes(TensorSpec spec, Positions positions) {
    for (char axisName : positions.axes.toCharArray()) {
      int size = spec.fixedSize(axisName);
      if (size > 1 && positions.size(axisName) > 1) {
        throw ownAxis(spec, axisName, size, positions);
      }
    }
  }

  private static ZooException ownAxis(
      TensorSpec spec, char axisName, int size, Positions positions) {
    return new ZooException(
        Kind.UNSUPPORTED,
        "output '" + spec.id + "'",
        "it has an axis " + axisName + " of its own, which the image's positions need",
        size + ", and " + positions.size(axisName) + " positions",
        "an image with one position along " + axisName,
        "run the positions as images of their own");
  }

  boolean isImage() {
    return axes.equals(Positions.IMAGE_AXES);
  }

  /** The collected tensor; all positions must have been put. */
  Tensor tensor() {
    if (collected == null) {
      throw new IllegalStateException("no position was run");
    }
    return collected;
  }

  /** Puts the result at one position, in the output's own axes, batch included. */
  void put(int[] position, Tensor found) {
    Tensor block = block(found);
    int[] shape = block.shape();
    int[] full = shape.clone();
    int[][] where = TensorBlocks.whole(shape);
    boolean[] placed = new boolean[shape.length];
    for (int axis = 0; axis < shape.length; axis++) {
      int at = positions.axes.indexOf(axes.charAt(axis));
      if (at >= 0 && shape[axis] == 1) {
        full[axis] = positions.size(axes.charAt(axis));
        where[axis] = new int[] {position[at], position[at] + 1};
        placed[axis] = true;
      } else if (at >= 0 && positions.size(axes.charAt(axis)) > 1) {
        throw ownAxis(spec, axes.charAt(axis), shape[axis], positions);
      }
    }
    if (Arrays.equals(full, shape)) {
      collected = block; // the only position: no copy
      return;
    }
    if (collected == null) {
      collected = zeros(block, full);
    }
    checkSize(shape, placed);
    TensorBlocks.put(collected, where, block, TensorBlocks.whole(shape));
  }

  private void checkSize(int[] shape, boolean[] placed) {
    int[] occupied = collected.shape();
    for (int axis = 0; axis < occupied.length; axis++) {
      occupied[axis] = placed[axis] ? shape[axis] : occupied[axis];
    }
    if (!Arrays.equals(occupied, shape)) {
      throw changed(shape, occupied);
    }
  }

  private Tensor zeros(Tensor block, int[] full) {
    try {
      return Tensor.zeros(block.dtype, axes, full);
    } catch (ArithmeticException error) {
      double values = 1;
      for (int size : full) {
        values *= size;
      }
      throw new ZooException(
          Kind.HOST,
          "output '" + spec.id + "'",
          "the results of all positions are more values than one array of Java holds",
          PythonFormat.g(values) + " values",
          "at most " + Integer.MAX_VALUE + " values",
          "run the frames or slices as images of their own",
          error);
    }
  }

  private ZooException changed(int[] shape, int[] occupied) {
    return new ZooException(
        Kind.UNSUPPORTED,
        "output '" + spec.id + "'",
        "its size changes from position to position, so the results are no stack",
        tuple(shape) + " after " + tuple(occupied),
        "an image with one position",
        "run the positions as images of their own");
  }

  private static String tuple(int[] shape) {
    String listed = Arrays.toString(shape);
    return "(" + listed.substring(1, listed.length() - 1) + ")";
  }

  /** The result without its batch, in the order of the axes. */
  private Tensor block(Tensor found) {
    if (found.size('b') != 1) {
      throw new ZooException(
          Kind.PACKAGE,
          "output '" + spec.id + "'",
          "the network gives another batch than it was given",
          found.size('b'),
          "1",
          "correct the output's batch axis in the package");
    }
    int[] strides = found.strides();
    int[] shape = new int[axes.length()];
    int[] steps = new int[axes.length()];
    int before = -1;
    boolean ordered = true;
    for (int axis = 0; axis < shape.length; axis++) {
      int at = spec.axisNames().indexOf(axes.charAt(axis));
      shape[axis] = at < 0 ? 1 : found.shape()[at];
      steps[axis] = at < 0 ? 0 : strides[at];
      if (at >= 0 && shape[axis] > 1) {
        ordered &= at > before;
        before = at;
      }
    }
    return ordered ? found.reshaped(axes, shape) : transposed(found, shape, steps);
  }

  private Tensor transposed(Tensor found, int[] shape, int[] steps) {
    Tensor result = Tensor.zeros(found.dtype, axes, shape);
    int[] at = new int[shape.length];
    for (int index = 0; index < result.size(); index++) {
      int from = 0;
      for (int axis = 0; axis < at.length; axis++) {
        from += at[axis] * steps[axis];
      }
      result.set(index, found.get(from));
      for (int axis = at.length - 1; axis >= 0; axis--) {
        at[axis]++;
        if (at[axis] < shape[axis]) {
          break;
        }
        at[axis] = 0;
      }
    }
    return result;
  }
}
