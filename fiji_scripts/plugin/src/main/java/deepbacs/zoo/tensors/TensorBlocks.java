package deepbacs.zoo.tensors;

/** Blocks of tensors: cut out, put in, continued beyond the border; {@code [axis]{from, to}}. */
public final class TensorBlocks {

  private TensorBlocks() {}

  /** A copy of a block; the tensor itself where the block is all of it. */
  public static Tensor cropped(Tensor tensor, int[][] block) {
    int[] shape = tensor.shape();
    boolean all = true;
    int[] sizes = new int[shape.length];
    for (int axis = 0; axis < shape.length; axis++) {
      sizes[axis] = block[axis][1] - block[axis][0];
      all &= sizes[axis] == shape[axis];
    }
    if (all) {
      return tensor;
    }
    Tensor result = Tensor.zeros(tensor.dtype, tensor.axes, sizes);
    put(result, whole(sizes), tensor, block);
    return result;
  }

  /** Copies a block of one tensor to a block of the same size of another. */
  public static void put(Tensor target, int[][] to, Tensor source, int[][] from) {
    int axes = to.length;
    if (axes == 0) {
      target.set(0, source.get(0));
      return;
    }
    int[] targetStrides = target.strides();
    int[] sourceStrides = source.strides();
    int[] at = new int[axes];
    int run = to[axes - 1][1] - to[axes - 1][0];
    do {
      int write = 0;
      int read = 0;
      for (int axis = 0; axis < axes; axis++) {
        write += (to[axis][0] + at[axis]) * targetStrides[axis];
        read += (from[axis][0] + at[axis]) * sourceStrides[axis];
      }
      copy(source, read, target, write, run);
    } while (next(at, to));
  }

  private static void copy(Tensor source, int read, Tensor target, int write, int run) {
    if (!source.dtype.isWide() && !target.dtype.isWide()) {
      System.arraycopy(source.floats(), read, target.floats(), write, run);
      return;
    }
    for (int index = 0; index < run; index++) {
      target.set(write + index, source.get(read + index));
    }
  }

  /** The next position of all axes but the last; false after the last one. */
  private static boolean next(int[] at, int[][] block) {
    for (int axis = at.length - 2; axis >= 0; axis--) {
      at[axis]++;
      if (at[axis] < block[axis][1] - block[axis][0]) {
        return true;
      }
      at[axis] = 0;
    }
    return false;
  }

  /** All of a tensor of this shape. */
  public static int[][] whole(int[] shape) {
    int[][] block = new int[shape.length][];
    for (int axis = 0; axis < shape.length; axis++) {
      block[axis] = new int[] {0, shape[axis]};
    }
    return block;
  }

  /**
   * Continues a tensor beyond its border.
   *
   * @param widths pixels {before, behind} for each axis
   * @param mode {@code constant}, {@code edge}, {@code reflect} or {@code symmetric}, as NumPy has
   *     them
   */
  public static Tensor padded(Tensor tensor, int[][] widths, String mode, double value) {
    int[] shape = tensor.shape();
    int[] sizes = new int[shape.length];
    int[][] sources = new int[shape.length][];
    boolean changed = false;
    for (int axis = 0; axis < shape.length; axis++) {
      changed |= widths[axis][0] != 0 || widths[axis][1] != 0;
      sizes[axis] = widths[axis][0] + shape[axis] + widths[axis][1];
      sources[axis] = new int[sizes[axis]];
      for (int index = 0; index < sizes[axis]; index++) {
        sources[axis][index] = source(index - widths[axis][0], shape[axis], mode);
      }
    }
    if (!changed) {
      return tensor;
    }
    Tensor result = Tensor.zeros(tensor.dtype, tensor.axes, sizes);
    int[] strides = tensor.strides();
    int[] at = new int[sizes.length];
    int write = 0;
    int last = sizes.length - 1;
    do {
      int read = 0;
      boolean outside = false;
      for (int axis = 0; axis < last; axis++) {
        outside |= sources[axis][at[axis]] < 0;
        read += sources[axis][at[axis]] * strides[axis];
      }
      for (int index = 0; index < sizes[last]; index++) {
        int from = sources[last][index];
        result.set(write++, outside || from < 0 ? value : tensor.get(read + from));
      }
    } while (next(at, whole(sizes)));
    return result;
  }

  /** The pixel that continues an axis at an index beyond it, or -1 where it is the constant. */
  private static int source(int index, int size, String mode) {
    if (index >= 0 && index < size) {
      return index;
    }
    switch (mode) {
      case "constant":
        return -1;
      case "edge":
        return index < 0 ? 0 : size - 1;
      case "reflect":
        int period = Math.max(2 * (size - 1), 1);
        int reflected = Math.floorMod(index, period);
        return reflected < size ? reflected : period - reflected;
      default: // symmetric
        int mirrored = Math.floorMod(index, 2 * size);
        return mirrored < size ? mirrored : 2 * size - 1 - mirrored;
    }
  }
}
