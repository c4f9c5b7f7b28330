package deepbacs.zoo.processing;

import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.Step;
import deepbacs.zoo.tensors.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The processing operations of the bioimage.io format, measured once and applied anywhere. */
public final class Processing {

  private Processing() {}

  /**
   * Checks the names and arguments of steps.
   *
   * @param steps pre- or postprocessing of one tensor
   * @param where the tensor, for messages
   * @param axes its axes, or null; steps may name no other
   * @throws ZooException UNSUPPORTED: an operation is not known, or it is one that runs code of a
   *     package or another program; PACKAGE: an argument is missing, unknown or out of its range,
   *     or an axis is not there
   */
  public static void check(List<Step> steps, String where, String axes) {
    StepChecks.check(steps, where, axes);
  }

  /**
   * Measures steps on a whole tensor.
   *
   * <p>Each step is measured on what the steps before it made of the tensor. {@code b} is an axis
   * like any other: with it among the {@code axes} of a step the statistics are those of the batch
   * at hand.
   *
   * @param steps the steps in order
   * @param tensor the whole tensor, of any type of the format; it is not changed
   * @param references other tensors, unprocessed, by id
   * @throws ZooException as {@link #check}; PACKAGE: a step measures a tensor that is not there;
   *     DATA: the tensor is empty, or has no finite statistics
   */
  public static Fitted fit(List<Step> steps, Tensor tensor, Map<String, Tensor> references) {
    return new Fitted(measure(steps, new Chain(tensor), references));
  }

  /**
   * Measures steps on a whole tensor and applies them to it, computing each once.
   *
   * <p>Parameters and errors are those of {@link #fit}.
   */
  public static Tensor apply(List<Step> steps, Tensor tensor, Map<String, Tensor> references) {
    Chain chain = new Chain(tensor);
    measure(steps, chain, references);
    return chain.tensor();
  }

  private static List<FittedStep> measure(
      List<Step> steps, Chain chain, Map<String, Tensor> references) {
    check(steps, "processing", chain.axes);
    for (char axisName : chain.axes.toCharArray()) {
      // A list in which nothing was found is empty, and passes where nothing is computed of it.
      if (!steps.isEmpty() && chain.size(axisName) == 0) {
        throw new ZooException(
            Kind.DATA,
            "processing",
            "a tensor is empty or does not have the axes that it is described with",
            "shape " + PythonText.tuple(chain.tensor().shape()),
            "sizes above 0 of the axes " + chain.axes,
            "pass a tensor that fits the package's description");
      }
    }
    List<FittedStep> stages = new ArrayList<>();
    for (Step step : steps) {
      FittedStep stage = new Operations(step, chain, references).measure();
      stages.add(stage);
      chain.then(stage);
    }
    return stages;
  }
}
