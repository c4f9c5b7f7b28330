package deepbacs.zoo.processing;

import deepbacs.zoo.tensors.Tensor;
import java.util.Arrays;

/**
 * Percentiles over named axes, linear between the two nearest of the ordered values.
 *
 * <p>The specification does not say how a percentile between two values is taken; this is what
 * NumPy does by default.
 */
final class Percentiles {

  /** Above this many values a histogram of their bits is faster than sorting, and needs no copy. */
  private static final int SORTED_UP_TO = 1 << 16;

  private static final int HALF_BITS = 16;
  private static final int LOW = (1 << HALF_BITS) - 1;

  private final Tensor source;
  private final int[] sizes;
  private final int[] strides;
  private final int groupSize;

  private Percentiles(Tensor source, String axes) {
    this.source = source;
    int[] all = source.shape();
    int[] allStrides = source.strides();
    int[] kept = Axes.keptShape(source, axes);
    int[] chosenSizes = new int[all.length];
    int[] chosenStrides = new int[all.length];
    int count = 0;
    for (int axis = 0; axis < all.length; axis++) {
      if (kept[axis] != all[axis]) {
        chosenSizes[count] = all[axis];
        chosenStrides[count++] = allStrides[axis];
      }
    }
    this.sizes = Arrays.copyOf(chosenSizes, count);
    this.strides = Arrays.copyOf(chosenStrides, count);
    this.groupSize = Tensor.count(sizes);
  }

  /**
   * Measures a tensor; NaN where values hold one.
   *
   * @param source the measured tensor
   * @param tensorAxes axes of the tensor that the statistics are for
   * @param axes axes that count together; null for all
   * @param percentiles, 0 to 100
   */
  static Statistic[] of(Tensor source, String tensorAxes, String axes, double... percentiles) {
    Percentiles groups = new Percentiles(source, axes);
    int[] shape = Axes.keptShape(source, axes);
    double[][] found = new double[percentiles.length][Tensor.count(shape)];
    Statistic whole = new Statistic(new double[found[0].length], shape);
    int[] position = new int[shape.length];
    int[] strides = source.strides();
    for (int group = 0; group < whole.values.length; group++) {
      int start = 0;
      for (int axis = 0; axis < shape.length; axis++) {
        start += position[axis] * strides[axis];
      }
      double[] values = groups.measure(start, percentiles);
      for (int which = 0; which < percentiles.length; which++) {
        found[which][group] = values[which];
      }
      for (int axis = shape.length - 1; axis >= 0 && ++position[axis] == shape[axis]; axis--) {
        position[axis] = 0;
      }
    }
    Statistic[] result = new Statistic[percentiles.length];
    for (int which = 0; which < percentiles.length; which++) {
      result[which] = Axes.shaped(new Statistic(found[which], shape), source.axes, tensorAxes);
    }
    return result;
  }

  private double[] measure(int start, double[] percentiles) {
    int last = groupSize - 1;
    int[] ranks = new int[2 * percentiles.length];
    double[] parts = new double[percentiles.length];
    for (int which = 0; which < percentiles.length; which++) {
      double place = percentiles[which] / 100 * last;
      int below = (int) place;
      parts[which] = place - below;
      ranks[2 * which] = below;
      ranks[2 * which + 1] = Math.min(below + 1, last);
    }
    double[] ordered =
        groupSize <= SORTED_UP_TO || source.dtype.isWide()
            ? sorted(start, ranks)
            : counted(start, ranks);
    double[] result = new double[percentiles.length];
    for (int which = 0; which < percentiles.length; which++) {
      result[which] =
          ordered == null
              ? Double.NaN
              : between(ordered[2 * which], ordered[2 * which + 1], parts[which]);
    }
    return result;
  }

  private static double between(double lower, double upper, double part) {
    double span = upper - lower;
    return part < 0.5 ? lower + span * part : upper - span * (1 - part);
  }

  /** The values of these ranks by sorting; null where one is NaN. */
  private double[] sorted(int start, int[] ranks) {
    double[] values = new double[groupSize];
    int[] filled = new int[1];
    visit(start, 0, index -> values[filled[0]++] = source.get(index));
    Arrays.sort(values);
    if (Double.isNaN(values[groupSize - 1])) {
      return null; // NaN comes last
    }
    double[] result = new double[ranks.length];
    for (int which = 0; which < ranks.length; which++) {
      result[which] = values[ranks[which]];
    }
    return result;
  }

  /** The values of these ranks by counting upper, then lower halves of their bits. */
  private double[] counted(int start, int[] ranks) {
    float[] values = source.floats();
    int[] upper = new int[1 << HALF_BITS];
    boolean[] broken = new boolean[1];
    visit(
        start,
        0,
        index -> {
          broken[0] |= values[index] != values[index];
          upper[key(values[index]) >>> HALF_BITS]++;
        });
    if (broken[0]) {
      return null;
    }
    double[] result = new double[ranks.length];
    int[] lower = new int[1 << HALF_BITS];
    int counted = -1;
    for (int which = 0; which < ranks.length; which++) {
      int[] place = find(upper, ranks[which]);
      int bucket = place[0];
      if (bucket != counted) {
        Arrays.fill(lower, 0);
        visit(
            start,
            0,
            index -> {
              int key = key(values[index]);
              if (key >>> HALF_BITS == bucket) {
                lower[key & LOW]++;
              }
            });
        counted = bucket;
      }
      result[which] = value(bucket << HALF_BITS | find(lower, place[1])[0]);
    }
    return result;
  }

  /** The bucket that holds a rank, and the rank inside it. */
  private static int[] find(int[] counts, int rank) {
    int left = rank;
    int bucket = 0;
    while (left >= counts[bucket]) {
      left -= counts[bucket++];
    }
    return new int[] {bucket, left};
  }

  /** Bits that are ordered, as unsigned numbers, like the values. */
  private static int key(float value) {
    int bits = Float.floatToRawIntBits(value);
    return bits < 0 ? ~bits : bits ^ Integer.MIN_VALUE;
  }

  private static float value(int key) {
    return Float.intBitsToFloat(key < 0 ? key ^ Integer.MIN_VALUE : ~key);
  }

  private interface Visitor {
    void at(int index);
  }

  private void visit(int start, int level, Visitor visitor) {
    if (level == sizes.length) {
      visitor.at(start);
      return;
    }
    int end = start + sizes[level] * strides[level];
    if (level == sizes.length - 1) {
      for (int index = start; index < end; index += strides[level]) {
        visitor.at(index);
      }
      return;
    }
    for (int index = start; index < end; index += strides[level]) {
      visit(index, level + 1, visitor);
    }
  }
}
