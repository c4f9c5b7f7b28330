package deepbacs.zoo.processing;

import deepbacs.zoo.tensors.Tensor;

/** A measured step: what is done to a tensor or to any crop of it. */
interface FittedStep {

  /**
   * Applies the step.
   *
   * @param tensor the tensor
   * @param overwrite whether its array may hold the result, because nobody else needs it
   */
  Tensor apply(Tensor tensor, boolean overwrite);
}
