package deepbacs.zoo.decoding;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.Tensor;

/** The error of a tensor that lacks channels. */
final class Channels {

  static final String WHERE = "config.deepbacs_zoo.decode";

  private Channels() {}

  /** A tensor that is no {@code c y x} with the channels that the settings ask for. */
  static ZooException lacking(
      String output, Tensor tensor, String verb, String allowed, String fields) {
    StringBuilder found = new StringBuilder();
    for (int size : tensor.shape()) {
      found.append(found.length() == 0 ? "" : "x").append(size);
    }
    return new ZooException(
        Kind.PACKAGE,
        "output " + output,
        "it does not have the channels that " + WHERE + " " + verb,
        "shape " + found,
        allowed,
        "correct " + fields + " of " + WHERE);
  }
}
