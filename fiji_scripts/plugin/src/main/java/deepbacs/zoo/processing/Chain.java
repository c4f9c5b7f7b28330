package deepbacs.zoo.processing;

import deepbacs.zoo.tensors.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A raw tensor and the steps that it went through, computed only when something looks at it.
 *
 * <p>So a chain without statistics costs nothing to measure, and no step is computed twice.
 */
final class Chain {

  final String axes;
  private final Tensor raw;
  private final int[] shape;
  private final List<FittedStep> waiting = new ArrayList<>();
  private Tensor tensor;

  Chain(Tensor raw) {
    this.raw = raw;
    this.tensor = raw;
    this.axes = raw.axes;
    this.shape = raw.shape();
  }

  /** Size along an axis, which no step changes. */
  int size(char axisName) {
    return shape[axes.indexOf(axisName)];
  }

  int rank() {
    return shape.length;
  }

  /** Puts one more step behind the others. */
  void then(FittedStep stage) {
    waiting.add(stage);
  }

  /** The tensor after all steps so far. */
  Tensor tensor() {
    tensor = run(waiting, tensor, tensor != raw);
    waiting.clear();
    return tensor;
  }

  /** Applies stages in order; only what they made themselves is overwritten. */
  static Tensor run(List<FittedStep> stages, Tensor tensor, boolean overwrite) {
    Tensor result = tensor;
    for (FittedStep stage : stages) {
      result = stage.apply(result, overwrite || result != tensor);
    }
    return result;
  }
}
