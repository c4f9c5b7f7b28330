package deepbacs.zoo.decoding;

import deepbacs.zoo.tensors.Tensor;

/** Tensors on a grid, small or brought up to the image's size. */
final class GridTensors {

  private GridTensors() {}

  /**
   * A tensor with one value for {@code grid} by {@code grid} pixels.
   *
   * <p>Programs that know only outputs of the image's size get networks that repeat every value
   * {@code grid} times along y and x; of such a tensor every {@code grid}-th row and column is
   * taken.
   *
   * @param tensor {@code c y x}
   * @param height of the image
   * @param width of the image
   */
  static Tensor onGrid(Tensor tensor, int grid, int height, int width) {
    int[] shape = tensor.shape();
    if (grid == 1 || shape.length != 3 || shape[1] != height || shape[2] != width) {
      return tensor;
    }
    int rows = (height + grid - 1) / grid;
    int columns = (width + grid - 1) / grid;
    Tensor small = Tensor.zeros(tensor.dtype, tensor.axes, shape[0], rows, columns);
    int at = 0;
    for (int channel = 0; channel < shape[0]; channel++) {
      for (int row = 0; row < rows; row++) {
        int from = (channel * height + row * grid) * width;
        for (int column = 0; column < columns; column++) {
          small.set(at++, tensor.get(from + column * grid));
        }
      }
    }
    return small;
  }
}
