package deepbacs.zoo.tiling;

import deepbacs.zoo.errors.PythonFormat;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.Size;

/** The rule of one space axis of the input, towards one output. */
public final class AxisRule {

  /** The sizes that the network takes along this axis: fixed, stepped or free. */
  public final Size size;
  /** Pixels of the input at each end of a tile whose output is not used at inner seams. */
  public final int halo;
  /** {@code n} input pixels become {@code floor(n * scale + offset)} output pixels. */
  public final double scale;

  public final double offset;

  /**
   * @throws ZooException PACKAGE: a negative halo, or a scale that is not positive
   */
  public AxisRule(Size size, int halo, double scale, double offset) {
    if (halo < 0 || scale <= 0) {
      throw new ZooException(
          Kind.PACKAGE,
          "tile plan",
          "an axis has a negative halo or a scale that is not positive",
          "halo " + halo + ", scale " + PythonFormat.g(scale),
          "halo >= 0 and scale > 0",
          "correct the halo and the scale of the package's output axes");
    }
    this.size = size;
    this.halo = halo;
    this.scale = scale;
    this.offset = offset;
  }

  /** The output pixels of {@code size} input pixels; may be zero or negative. */
  public int out(int pixels) {
    return Size.floor(pixels * scale + offset);
  }

  /** The output pixel at which what starts at this input pixel begins; ties go to even. */
  int at(int pixel) {
    return (int) Math.rint(pixel * scale);
  }
}
