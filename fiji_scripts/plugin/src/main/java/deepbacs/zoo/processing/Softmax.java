package deepbacs.zoo.processing;

import deepbacs.zoo.tensors.Tensor;
import java.util.Arrays;

/** {@code exp(x - max) / sum} along one axis. */
final class Softmax implements Stage {

  /** Positions that are looked at together: they fit a processor's cache. */
  private static final int CHUNK = 4096;

  private final char letter;

  Softmax(char letter) {
    this.letter = letter;
  }

  @Override
  public Tensor apply(Tensor tensor, boolean overwrite) {
    Tensor result = Evaluated.target(tensor, overwrite);
    int axis = tensor.letters.indexOf(letter);
    int size = tensor.shape()[axis];
    int stride = tensor.strides()[axis];
    for (int outer = 0; outer < tensor.size(); outer += size * stride) {
      for (int from = 0; from < stride; from += CHUNK) {
        chunk(tensor, result, outer + from, Math.min(CHUNK, stride - from), size, stride);
      }
    }
    return result;
  }

  private static void chunk(
      Tensor tensor, Tensor result, int start, int width, int size, int stride) {
    double[] most = new double[width];
    Arrays.fill(most, Double.NEGATIVE_INFINITY);
    double[] sum = new double[width];
    double[][] powers = new double[size][width];
    for (int position = 0; position < size; position++) {
      for (int index = 0; index < width; index++) {
        powers[position][index] = tensor.get(start + position * stride + index);
        most[index] = Math.max(most[index], powers[position][index]);
      }
    }
    for (int position = 0; position < size; position++) {
      for (int index = 0; index < width; index++) {
        // StrictMath: the same digits on every computer.
        powers[position][index] = StrictMath.exp(powers[position][index] - most[index]);
        sum[index] += powers[position][index];
      }
    }
    for (int position = 0; position < size; position++) {
      for (int index = 0; index < width; index++) {
        result.set(start + position * stride + index, powers[position][index] / sum[index]);
      }
    }
  }
}
