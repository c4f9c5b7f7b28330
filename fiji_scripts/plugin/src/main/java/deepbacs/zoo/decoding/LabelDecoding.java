package deepbacs.zoo.decoding;

import deepbacs.zoo.tensors.Tensor;

/** A decoding that ends in a label image, bit for bit as in Python. */
public interface LabelDecoding extends Decoding {

  /**
   * Decodes one plane.
   *
   * @param tensor {@code c y x}, taken as float32
   * @param height of the image, for tensors on a grid; else that of the tensor
   * @param width likewise
   * @return {@code y x}, row by row; 0 is background, objects are numbered 1 to n by their first
   *     pixel
   * @throws deepbacs.zoo.errors.ZooException PACKAGE: the tensor lacks a channel that the settings
   *     name
   */
  int[] decode(Tensor tensor, int height, int width);

  /** Whether labels are of the image's size, whatever the tensor's is. */
  default boolean isOnGrid() {
    return false;
  }
}
