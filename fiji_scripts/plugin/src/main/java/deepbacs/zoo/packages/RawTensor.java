package deepbacs.zoo.packages;

import deepbacs.zoo.tensors.Axis;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.FileRef;
import deepbacs.zoo.tensors.Step;
import deepbacs.zoo.tensors.TensorSpec;
import java.util.Collections;
import java.util.List;

/** A tensor as one description states it, before the tensors are looked at together. */
final class RawTensor {

  String id;
  Field idPlace;
  List<RawAxis> axes;
  DType dtype;
  List<Step> steps;
  /** Where the steps stand; implied ones come after these. */
  List<Field> stepPlaces = Collections.emptyList();
  /** Null when there is none. */
  FileRef test;
  /** Null when there is none. */
  FileRef sample;

  boolean optional;
  String padMode = "symmetric";
  double padValue;

  TensorSpec resolved(List<Axis> resolvedAxes) {
    return new TensorSpec(id, resolvedAxes, dtype, steps, test, optional, padMode, padValue);
  }
}
