package deepbacs.zoo.decoding;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.Tensor;

/** One channel of a tensor, and the error of a tensor that lacks channels. */
final class Channels {

  static final String WHERE = "config.deepbacs_zoo.decode";

  private Channels() {}

  /** The plane of a channel of a {@code c y x} tensor, row by row. */
  static float[] plane(Tensor tensor, int channel) {
    float[] values = new float[tensor.shape()[1] * tensor.shape()[2]];
    for (int pixel = 0; pixel < values.length; pixel++) {
      values[pixel] = (float) tensor.get(channel * values.length + pixel);
    }
    return values;
  }

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
