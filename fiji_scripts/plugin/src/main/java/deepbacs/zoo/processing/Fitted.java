package deepbacs.zoo.processing;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.tensors.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Steps whose statistics are known; may be used by several threads. */
public final class Fitted {

  private final List<FittedStep> stages;

  Fitted(List<FittedStep> stages) {
    this.stages = Collections.unmodifiableList(new ArrayList<>(stages));
  }

  /**
   * Applies the steps to the measured tensor, or to a crop along axes that were reduced.
   *
   * @return a new tensor; without any step, and after casts to the type that it has, the same one
   * @throws ZooException DATA: the crop is along an axis whose positions have statistics of their
   *     own, or the tensor holds NaN where an operation would make a number of it
   */
  public Tensor apply(Tensor tensor) {
    return Chain.run(stages, tensor, false);
  }
}
