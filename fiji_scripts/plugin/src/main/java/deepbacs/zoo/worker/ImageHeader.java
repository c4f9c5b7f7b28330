package deepbacs.zoo.worker;

import deepbacs.zoo.images.OpenCalibration;
import ij.ImagePlus;
import ij.measure.Calibration;
import java.io.IOException;

/** Everything about an image but its pixels: what passes between the two processes as text. */
public final class ImageHeader {

  public final String title;
  /** {@code uint8}, {@code int16}, {@code uint16} or {@code float32}, as NumPy names them. */
  public final String dtype;
  /** Whether the three channels are the red, green and blue of one picture. */
  public final boolean rgb;
  /** Labels, tables and outlines. */
  final Metadata metadata;

  private final int[] shape;
  private final double[] sizes;

  /**
   * @param title the name of the image
   * @param dtype the type of its numbers
   * @param shape sizes along t z c y x
   * @param rgb whether its channels are colors
   * @param sizes micrometers of a pixel along z, y and x, and seconds between frames; NaN where one
   *     is not known
   * @param metadata labels, tables and outlines
   */
  ImageHeader(
      String title, String dtype, int[] shape, boolean rgb, double[] sizes, Metadata metadata) {
    this.title = title;
    this.dtype = dtype;
    this.shape = shape.clone();
    this.rgb = rgb;
    this.sizes = sizes.clone();
    this.metadata = metadata;
  }

  /** Reads what {@link #text()} has written. */
  public static ImageHeader parse(String text) throws IOException {
    return HeaderJson.parse(text);
  }

  /** All of it as a JSON object, in which NaN may stand. */
  public String text() throws IOException {
    return HeaderJson.text(this);
  }

  /** Describes an image of ImageJ. */
  public static ImageHeader of(ImagePlus image) {
    boolean rgb = image.getType() == ImagePlus.COLOR_RGB;
    Calibration calibration = image.getCalibration();
    int channels = rgb ? 3 : image.getNChannels();
    int[] shape = {
      image.getNFrames(), image.getNSlices(), channels, image.getHeight(), image.getWidth()
    };
    deepbacs.zoo.images.Calibration known = OpenCalibration.of(calibration, shape[1]);
    double[] sizes = {known.z, known.y, known.x, known.frameInterval};
    String dtype = dtype(image, calibration);
    return new ImageHeader(image.getTitle(), dtype, shape, rgb, sizes, Metadata.of(image));
  }

  private static String dtype(ImagePlus image, Calibration calibration) {
    switch (image.getType()) {
      case ImagePlus.GRAY16:
        return calibration.isSigned16Bit() ? "int16" : "uint16";
      case ImagePlus.GRAY32:
        return "float32";
      default:
        return "uint8"; // also the indices of a colored 8-bit image
    }
  }

  /** Sets all but the pixels; returns the image itself, or the one in its place. */
  ImagePlus applyTo(ImagePlus image) {
    image.setDimensions(rgb ? 1 : shape[2], shape[1], shape[0]);
    image.setOpenAsHyperStack(image.getStackSize() > 1);
    Calibration calibration = new Calibration(image);
    if (!Double.isNaN(sizes[1]) && !Double.isNaN(sizes[2])) {
      calibration.setUnit("micron");
      calibration.pixelWidth = sizes[2];
      calibration.pixelHeight = sizes[1];
      calibration.pixelDepth = known(sizes[0], 1);
      if (Double.isNaN(sizes[0])) {
        calibration.setZUnit("pixel");
      } else if (shape[1] == 1) {
        calibration.setZUnit(OpenCalibration.STATED);
      }
    }
    calibration.frameInterval = known(sizes[3], 0);
    calibration.setTimeUnit("sec");
    image.setCalibration(calibration);
    return metadata.applyTo(image);
  }

  private static double known(double value, double otherwise) {
    return Double.isNaN(value) ? otherwise : value;
  }

  /** Sizes along t z c y x. */
  public int[] shape() {
    return shape.clone();
  }

  /** Micrometers of a pixel along z, y and x, and seconds between frames; NaN if not known. */
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

  /** Planes of all positions; the channels of a color picture are one plane each. */
  int planes() {
    return Math.multiplyExact(Math.multiplyExact(shape[0], shape[1]), shape[2]);
  }

  /** Bytes of all pixels. */
  public long bytes() {
    return Math.multiplyExact((long) planes() * bytesPerValue(), (long) planeSize());
  }
}
