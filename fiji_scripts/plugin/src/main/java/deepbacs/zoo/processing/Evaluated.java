package deepbacs.zoo.processing;

import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Tensor;

/** A formula on a tensor: in double precision, row by row, rounded once. */
final class Evaluated implements FittedStep {

  /** Changes a row in place. */
  interface Formula {
    /**
     * @param values the row
     * @param numbers those of the statistics for this row
     */
    void apply(double[] values, Numbers numbers);
  }

  private final Formula formula;
  private final Statistic[] statistics;

  Evaluated(Formula formula, Statistic... statistics) {
    this.formula = formula;
    this.statistics = statistics;
  }

  /**
   * The type that the processed form of a tensor has: float32 for tensors of up to 16-bit integers,
   * bool and float32; float64 for larger ones, whose values float32 cannot hold.
   */
  static DType resultType(Tensor tensor) {
    return tensor.dtype.isWide() ? DType.FLOAT64 : DType.FLOAT32;
  }

  /** Where a result goes: the tensor itself if that is allowed and of the right type. */
  static Tensor target(Tensor tensor, boolean overwrite) {
    DType type = resultType(tensor);
    return overwrite && type == tensor.dtype
        ? tensor
        : Tensor.zeros(type, tensor.axes, tensor.shape());
  }

  @Override
  public Tensor apply(Tensor tensor, boolean overwrite) {
    for (Statistic statistic : statistics) {
      statistic.checkFits(tensor);
    }
    Tensor result = target(tensor, overwrite);
    Rows rows = new Rows(tensor);
    Numbers numbers = new Numbers(statistics);
    double[] values = new double[rows.length];
    while (rows.next()) {
      rows.read(tensor, values);
      numbers.moveTo(rows);
      formula.apply(values, numbers);
      rows.write(values, result);
    }
    return result;
  }

  /** The numbers of some statistics that belong to one row. */
  static final class Numbers {
    private final Statistic[] statistics;
    private final int[] starts;
    private final int[] steps;

    Numbers(Statistic[] statistics) {
      this.statistics = statistics;
      this.starts = new int[statistics.length];
      this.steps = new int[statistics.length];
    }

    void moveTo(Rows rows) {
      for (int which = 0; which < statistics.length; which++) {
        starts[which] = rows.startIn(statistics[which]);
        steps[which] = rows.stepIn(statistics[which]);
      }
    }

    /** The number of a statistic for a value of the row. */
    double get(int which, int index) {
      return statistics[which].values[starts[which] + index * steps[which]];
    }
  }
}
