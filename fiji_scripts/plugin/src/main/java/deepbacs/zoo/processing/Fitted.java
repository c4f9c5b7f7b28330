package deepbacs.zoo.processing;

import deepbacs.zoo.tensors.Tensor;

/** Steps whose statistics are known. */
public final class Fitted {

  Fitted() {}

  /** Applies the steps to the measured tensor, or to a crop along axes that were reduced. */
  public Tensor apply(Tensor tensor) {
    throw new UnsupportedOperationException();
  }
}
