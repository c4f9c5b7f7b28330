package deepbacs.zoo.runner;

import deepbacs.zoo.packages.ZooPackage;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Advice to take other weights of a package: only of those that it has, and that run somewhere. */
final class OtherWeights {

  /** The formats that run in Python and not here. */
  private static final List<String> IN_PYTHON =
      Collections.unmodifiableList(Arrays.asList("torchscript", "pytorch_state_dict"));

  private OtherWeights() {}

  /** What follows an advice, with a comma before it; empty where nothing else runs. */
  static String advice(ZooPackage zooPackage) {
    for (String format : IN_PYTHON) {
      if (zooPackage.weights.containsKey(format)) {
        return ", or run its weights " + format + " with deepbacs-zoo predict";
      }
    }
    return "";
  }
}
