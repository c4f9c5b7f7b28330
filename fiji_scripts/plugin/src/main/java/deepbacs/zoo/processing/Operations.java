package deepbacs.zoo.processing;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Step;
import deepbacs.zoo.tensors.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Measures each operation on a whole tensor.
 *
 * <p>Formulas are those of the model description specification 0.5 of bioimage.io, in double
 * precision and rounded once. No operation turns NaN into a number: it stays NaN, or is an error.
 */
final class Operations {

  private static final double EPS = 1e-6;

  private static final Evaluated.Formula SCALE =
      (values, numbers) -> {
        for (int index = 0; index < values.length; index++) {
          values[index] = (values[index] - numbers.get(0, index)) / numbers.get(1, index);
        }
      };

  private static final Evaluated.Formula LINEAR =
      (values, numbers) -> {
        for (int index = 0; index < values.length; index++) {
          values[index] = values[index] * numbers.get(0, index) + numbers.get(1, index);
        }
      };

  private static final Evaluated.Formula SCALE_ONTO =
      (values, numbers) -> {
        for (int index = 0; index < values.length; index++) {
          double own = (values[index] - numbers.get(0, index)) / numbers.get(1, index);
          values[index] = own * numbers.get(2, index) + numbers.get(3, index);
        }
      };

  // Rounding keeps order: the rounded result is what rounded bounds would give.
  private static final Evaluated.Formula BOUND =
      (values, numbers) -> {
        for (int index = 0; index < values.length; index++) {
          double raised = Math.max(values[index], numbers.get(0, index));
          values[index] = Math.min(raised, numbers.get(1, index));
        }
      };

  private static final Evaluated.Formula SIGMOID =
      (values, numbers) -> {
        for (int index = 0; index < values.length; index++) {
          // exp of a large number is infinity, and 1 / infinity the right limit.
          values[index] = 1 / (StrictMath.exp(-values[index]) + 1);
        }
      };

  private final Step step;
  private final Chain chain;
  private final Map<String, Tensor> references;

  Operations(Step step, Chain chain, Map<String, Tensor> references) {
    this.step = step;
    this.chain = chain;
    this.references = references;
  }

  /** Measures the step, whose arguments are checked already. */
  FittedStep measure() {
    switch (step.name) {
      case "binarize":
        return new Binarize(along("threshold", 0));
      case "clip":
        return clip();
      case "ensure_dtype":
        return new Casting(DType.of(text("dtype", null)));
      case "fixed_zero_mean_unit_variance":
        // Without an epsilon: the format demands deviations of at least 1e-6.
        return new Evaluated(SCALE, along("mean", 0), along("std", 0));
      case "scale_linear":
        return new Evaluated(LINEAR, along("gain", 1), along("offset", 0));
      case "scale_mean_variance":
        return scaleMeanVariance();
      case "scale_range":
        return scaleRange();
      case "sigmoid":
        return new Evaluated(SIGMOID);
      case "softmax":
        return new Softmax(text("axis", "c").charAt(0));
      case "zero_mean_unit_variance":
        return zeroMeanUnitVariance();
      default:
        throw new IllegalArgumentException(step.name);
    }
  }

  private FittedStep clip() {
    Statistic lower = bound("min", Double.NEGATIVE_INFINITY);
    Statistic upper = bound("max", Double.POSITIVE_INFINITY);
    return new Evaluated(BOUND, lower, upper);
  }

  private Statistic bound(String side, double missing) {
    if (!step.kwargs.containsKey(side + "_percentile")) {
      return Statistic.of(number(side, missing));
    }
    double percentile = number(side + "_percentile", 0);
    return finite(
        side, Percentiles.of(chain.tensor(), chain.axes, text("axes", null), percentile)[0]);
  }

  private FittedStep scaleMeanVariance() {
    double eps = number("eps", EPS);
    Tensor other = reference();
    Moments own = Moments.of(chain.tensor(), chain.axes, text("axes", null));
    Moments onto = Moments.of(other, chain.axes, text("axes", null));
    finite("mean", own.mean);
    finite("std", own.std);
    finite("ref_mean", onto.mean);
    finite("ref_std", onto.std);
    return new Evaluated(SCALE_ONTO, own.mean, own.std.plus(eps), onto.std.plus(eps), onto.mean);
  }

  private FittedStep scaleRange() {
    Tensor source = step.kwargs.containsKey("reference_tensor") ? reference() : chain.tensor();
    double low = number("min_percentile", 0);
    double high = number("max_percentile", 100);
    Statistic[] found = Percentiles.of(source, chain.axes, text("axes", null), low, high);
    finite("lower", found[0]);
    finite("upper", found[1]);
    return new Evaluated(SCALE, found[0], found[1].minus(found[0]).plus(number("eps", EPS)));
  }

  private FittedStep zeroMeanUnitVariance() {
    Moments own = Moments.of(chain.tensor(), chain.axes, text("axes", null));
    finite("mean", own.mean);
    finite("std", own.std);
    return new Evaluated(SCALE, own.mean, own.std.plus(number("eps", EPS)));
  }

  // --- arguments ---------------------------------------------------------------------------------

  private Statistic finite(String name, Statistic statistic) {
    Casting.checkFinite(step.name, name, statistic);
    return statistic;
  }

  private double number(String name, double missing) {
    Object value = step.kwargs.get(name);
    return value == null ? missing : ((Number) value).doubleValue();
  }

  private String text(String name, String missing) {
    Object value = step.kwargs.get(name);
    return value == null ? missing : (String) value;
  }

  /** A number, or the values along the axis of the step. */
  private Statistic along(String name, double missing) {
    if (!(step.kwargs.get(name) instanceof List)) {
      return Statistic.of(number(name, missing));
    }
    List<?> given = (List<?>) step.kwargs.get(name);
    char axis = text("axis", null).charAt(0);
    int size = chain.size(axis);
    if (given.size() != size) {
      throw new ZooException(
          Kind.PACKAGE,
          "processing argument " + name,
          "its values are not one for each position of axis " + axis,
          given.size() + " values",
          size + " values",
          "correct the package's description, or pass a tensor that fits it");
    }
    double[] values = new double[size];
    for (int index = 0; index < size; index++) {
      values[index] = ((Number) given.get(index)).doubleValue();
    }
    int[] shape = new int[chain.rank()];
    Arrays.fill(shape, 1);
    shape[chain.axes.indexOf(axis)] = size;
    return new Statistic(values, shape);
  }

  private Tensor reference() {
    String name = text("reference_tensor", null);
    Tensor found = references.get(name);
    if (found == null) {
      throw new ZooException(
          Kind.PACKAGE,
          "reference_tensor",
          "a processing step measures a tensor that is not there",
          name,
          references.isEmpty() ? "none here" : String.join(", ", references.keySet()),
          "pass this input, or correct the description");
    }
    return found;
  }
}
