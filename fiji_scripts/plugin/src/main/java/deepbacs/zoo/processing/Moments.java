package deepbacs.zoo.processing;

import deepbacs.zoo.tensors.Tensor;

/**
 * Means and deviations over named axes, in double precision.
 *
 * <p>The batch is an axis like any other: statistics "per dataset" ({@code b} among the axes) are
 * those of the tensor at hand.
 */
final class Moments {

  final Statistic mean;
  /** Of the whole population. */
  final Statistic std;

  private Moments(Statistic mean, Statistic std) {
    this.mean = mean;
    this.std = std;
  }

  /**
   * Measures a tensor. The deviation is taken from the mean in a second pass, so that a large
   * offset does not cancel it.
   *
   * @param source the measured tensor
   * @param tensorAxes axes of the tensor that the statistics are for
   * @param axes axes that count together; null for all
   */
  static Moments of(Tensor source, String tensorAxes, String axes) {
    int[] shape = Axes.keptShape(source, axes);
    int groups = Tensor.count(shape);
    double count = (double) source.size() / groups;
    Statistic zero = new Statistic(new double[groups], shape);
    Statistic mean = new Statistic(divided(sums(source, zero, false), count), shape);
    double[] variance = divided(sums(source, mean, true), count);
    for (int index = 0; index < variance.length; index++) {
      variance[index] = Math.sqrt(variance[index]);
    }
    Statistic std = new Statistic(variance, shape);
    return new Moments(
        Axes.shaped(mean, source.axes, tensorAxes), Axes.shaped(std, source.axes, tensorAxes));
  }

  private static double[] divided(double[] sums, double count) {
    for (int index = 0; index < sums.length; index++) {
      sums[index] /= count;
    }
    return sums;
  }

  /** Sums of the values, or of their squares, after a shift. */
  private static double[] sums(Tensor source, Statistic shift, boolean squared) {
    double[] sums = new double[shift.values.length];
    double[] lost = new double[sums.length];
    Rows rows = new Rows(source);
    double[] values = new double[rows.length];
    int step = rows.stepIn(shift);
    while (rows.next()) {
      rows.read(source, values);
      int start = rows.startIn(shift);
      if (step == 0) {
        add(sums, lost, start, rowSum(values, shift.values[start], squared));
        continue;
      }
      for (int index = 0; index < values.length; index++) {
        int group = start + index * step;
        double away = values[index] - shift.values[group];
        add(sums, lost, group, squared ? away * away : away);
      }
    }
    for (int group = 0; group < sums.length; group++) {
      // What was lost of infinity is no number.
      sums[group] += Double.isInfinite(sums[group]) ? 0 : lost[group];
    }
    return sums;
  }

  private static double rowSum(double[] values, double shift, boolean squared) {
    double sum = 0;
    for (double value : values) {
      double away = value - shift;
      sum += squared ? away * away : away;
    }
    return sum;
  }

  /** Adds to a sum and keeps what rounding took from it (Neumaier 1974). */
  private static void add(double[] sums, double[] lost, int group, double value) {
    double sum = sums[group];
    double next = sum + value;
    lost[group] += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sums[group] = next;
  }
}
