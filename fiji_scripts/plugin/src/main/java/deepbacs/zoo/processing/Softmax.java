package deepbacs.zoo.processing;

import deepbacs.zoo.tensors.Tensor;
import java.util.Arrays;

/** {@code exp(x - max) / sum} along one axis. */
final class Softmax implements FittedStep {

  /** Values that are looked at together: they fit a processor's cache. */
  private static final int TOGETHER = 1 << 14;

  private final char axisName;

  Softmax(char axisName) {
    this.axisName = axisName;
  }

  @Override
  public Tensor apply(Tensor tensor, boolean overwrite) {
    Tensor result = Evaluated.target(tensor, overwrite);
    int axis = tensor.axes.indexOf(axisName);
    int size = tensor.shape()[axis];
    int stride = tensor.strides()[axis];
    int width = Math.min(stride, Math.max(1, TOGETHER / size));
    Pass pass = new Pass(tensor, result, size, stride, width);
    for (int outer = 0; outer < tensor.size(); outer += size * stride) {
      for (int from = 0; from < stride; from += width) {
        pass.run(outer + from, Math.min(width, stride - from));
      }
    }
    return result;
  }

  private static final class Pass {
    private final Tensor tensor;
    private final Tensor result;
    private final int size;
    private final int stride;
    private final double[][] powers;
    private final double[] most;
    private final double[] sum;

    Pass(Tensor tensor, Tensor result, int size, int stride, int width) {
      this.tensor = tensor;
      this.result = result;
      this.size = size;
      this.stride = stride;
      this.powers = new double[size][width];
      this.most = new double[width];
      this.sum = new double[width];
    }

    /** Computes neighbouring positions along all of the axis. */
    void run(int start, int width) {
      Arrays.fill(most, Double.NEGATIVE_INFINITY);
      Arrays.fill(sum, 0);
      for (int position = 0; position < size; position++) {
        double[] row = powers[position];
        for (int index = 0; index < width; index++) {
          row[index] = tensor.get(start + position * stride + index);
          most[index] = Math.max(most[index], row[index]);
        }
      }
      for (double[] row : powers) {
        for (int index = 0; index < width; index++) {
          // StrictMath: the same digits on every computer.
          row[index] = StrictMath.exp(row[index] - most[index]);
          sum[index] += row[index];
        }
      }
      for (int position = 0; position < size; position++) {
        for (int index = 0; index < width; index++) {
          result.set(start + position * stride + index, powers[position][index] / sum[index]);
        }
      }
    }
  }
}
