package deepbacs.zoo.processing;

import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Tensor;

/** 1 above a threshold, else 0. */
final class Binarize implements FittedStep {

  private final Statistic threshold;

  Binarize(Statistic threshold) {
    this.threshold = threshold;
  }

  @Override
  public Tensor apply(Tensor tensor, boolean overwrite) {
    Casting.refuseNaN(tensor, "binarize");
    double[] bounds = new double[threshold.values.length];
    for (int index = 0; index < bounds.length; index++) {
      bounds[index] = asHeld(threshold.values[index], tensor.dtype);
    }
    Statistic bound = new Statistic(bounds, threshold.shape);
    Evaluated.Formula formula =
        (values, numbers) -> {
          for (int index = 0; index < values.length; index++) {
            values[index] = values[index] > numbers.get(0, index) ? 1 : 0;
          }
        };
    return new Evaluated(formula, bound).apply(tensor, overwrite);
  }

  /** 0.1 is compared as the tensor holds it: a float32 pixel of 0.1 is not above 0.1. */
  private static double asHeld(double value, DType dtype) {
    return dtype == DType.FLOAT32
        ? (float) value
        : dtype == DType.FLOAT16 ? Casting.toHalf(value) : value;
  }
}
