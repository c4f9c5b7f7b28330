package deepbacs.zoo.worker;

import ij.ImagePlus;
import ij.measure.Calibration;

/** Everything about an image but its pixels: what passes between the two processes as text. */
public final class ImageHeader {

  public final String title;
  /** {@code uint8}, {@code int16}, {@code uint16} or {@code float32}, as NumPy names them. */
  public final String dtype;
  /** Whether the three channels are the red, green and blue of one picture. */
  public final boolean rgb;
  /** Unit along x as ImageJ has it, for example {@code micron}; empty where nothing is known. */
  public final String unit;

  private final int[] shape;
  private final double[] sizes;

  /**
   * @param title the name of the image
   * @param dtype the type of its numbers
   * @param shape sizes along t z c y x
   * @param rgb whether its channels are colours
   * @param sizes size of a pixel along z, y and x in the unit, and seconds between frames; NaN
   *     where one is not known
   * @param unit the unit of length
   */
  public ImageHeader(
      String title, String dtype, int[] shape, boolean rgb, double[] sizes, String unit) {
    this.title = title;
    this.dtype = dtype;
    this.shape = shape.clone();
    this.rgb = rgb;
    this.sizes = sizes.clone();
    this.unit = unit;
  }

  /** Describes an image of ImageJ. */
  static ImageHeader of(ImagePlus image) {
    boolean rgb = image.getType() == ImagePlus.COLOR_RGB;
    Calibration calibration = image.getCalibration();
    int channels = rgb ? 3 : image.getNChannels();
    int[] shape = {
      image.getNFrames(), image.getNSlices(), channels, image.getHeight(), image.getWidth()
    };
    double[] sizes = {
      calibration.pixelDepth,
      calibration.pixelHeight,
      calibration.pixelWidth,
      calibration.frameInterval * seconds(calibration.getTimeUnit())
    };
    return new ImageHeader(
        image.getTitle(), dtype(image, calibration), shape, rgb, sizes, calibration.getUnit());
  }

  private static String dtype(ImagePlus image, Calibration calibration) {
    switch (image.getType()) {
      case ImagePlus.GRAY16:
        return calibration.isSigned16Bit() ? "int16" : "uint16";
      case ImagePlus.GRAY32:
        return "float32";
      default:
        return "uint8"; // also the indices of a coloured 8-bit image
    }
  }

  private static double seconds(String unit) {
    String name = unit == null ? "" : unit.trim();
    if (name.equals("ms") || name.equals("msec")) {
      return 1e-3;
    }
    if (name.equals("min")) {
      return 60;
    }
    return name.equals("h") || name.equals("hour") ? 3600 : 1;
  }

  /** Sets what ImageJ keeps beside the pixels. */
  void applyTo(ImagePlus image) {
    image.setDimensions(rgb ? 1 : shape[2], shape[1], shape[0]);
    image.setOpenAsHyperStack(image.getStackSize() > 1);
    Calibration calibration = image.getCalibration();
    if (!unit.isEmpty()) {
      calibration.setUnit(unit);
      calibration.pixelWidth = known(sizes[2], 1);
      calibration.pixelHeight = known(sizes[1], calibration.pixelWidth);
      calibration.pixelDepth = known(sizes[0], 1);
    }
    calibration.frameInterval = known(sizes[3], 0);
    calibration.setTimeUnit("sec");
  }

  private static double known(double value, double otherwise) {
    return Double.isNaN(value) ? otherwise : value;
  }

  /** Sizes along t z c y x. */
  public int[] shape() {
    return shape.clone();
  }

  /** Sizes of a pixel along z, y and x, and seconds between frames. */
  public double[] sizes() {
    return sizes.clone();
  }

  /** Bytes that one value takes. */
  int bytesPerValue() {
    switch (dtype) {
      case "uint8":
        return 1;
      case "int16":
      case "uint16":
        return 2;
      case "float32":
        return 4;
      default:
        throw new IllegalArgumentException("ImageJ has no images of type " + dtype);
    }
  }

  /** Values of one plane. */
  int planeSize() {
    return Math.multiplyExact(shape[3], shape[4]);
  }

  /** Planes of all positions; the channels of a colour picture are one plane each. */
  int planes() {
    return Math.multiplyExact(Math.multiplyExact(shape[0], shape[1]), shape[2]);
  }

  /** Bytes of all pixels. */
  public long bytes() {
    return Math.multiplyExact((long) planes() * bytesPerValue(), (long) planeSize());
  }
}
