package deepbacs.zoo.processing;

import deepbacs.zoo.tensors.Step;
import deepbacs.zoo.tensors.Tensor;
import java.util.List;
import java.util.Map;

/** The processing operations of the bioimage.io format, measured once and applied anywhere. */
public final class Processing {

  private Processing() {}

  /** Checks the names and arguments of steps; {@code letters} may be null. */
  public static void check(List<Step> steps, String where, String letters) {
    throw new UnsupportedOperationException();
  }

  /** Measures steps on a whole tensor; {@code references} are raw tensors by id. */
  public static Fitted fit(List<Step> steps, Tensor tensor, Map<String, Tensor> references) {
    throw new UnsupportedOperationException();
  }

  /** Measures steps on a whole tensor and applies them to it, computing each once. */
  public static Tensor apply(List<Step> steps, Tensor tensor, Map<String, Tensor> references) {
    throw new UnsupportedOperationException();
  }
}
