package deepbacs.zoo.images;

import deepbacs.zoo.tensors.DType;
import ij.ImagePlus;
import ij.ImageStack;

/** An image that is open in ImageJ, seen as one from a file. */
final class OpenImage {

  private static final int COLORS = 3;
  private static final String NOT_IN_NAMES = "[\\\\/:*?\"<>|\\p{Cntrl}]";

  private OpenImage() {}

  static ZooImage of(ImagePlus image) {
    ImageStack stack = image.getStack();
    boolean rgb = image.getType() == ImagePlus.COLOR_RGB;
    int channels = rgb ? COLORS : image.getNChannels();
    boolean signed = image.getLocalCalibration().isSigned16Bit();
    ImageShape shape =
        new ImageShape(
            image.getNFrames(),
            image.getNSlices(),
            rgb ? COLORS * image.getNChannels() : channels,
            image.getHeight(),
            image.getWidth(),
            dtype(image, signed),
            rgb && image.getNChannels() == 1);
    ZooImage.Planes planes =
        (frame, slice, channel) -> {
          int plane = rgb ? channel / COLORS : channel;
          // A virtual stack reads the plane now; others hand over their own array.
          int index = image.getStackIndex(plane + 1, slice + 1, frame + 1);
          Object pixels = stack.getPixels(index);
          if (rgb) {
            return Plane.ofColor((int[]) pixels, channel % COLORS);
          }
          return signed ? Plane.ofShifted((short[]) pixels) : Plane.of(shape.dtype, pixels);
        };
    String title = image.getTitle();
    return new ZooImage(null, title, stem(title), shape, calibration(image), planes).checked();
  }

  private static DType dtype(ImagePlus image, boolean signed) {
    switch (image.getType()) {
      case ImagePlus.GRAY16:
        return signed ? DType.INT16 : DType.UINT16;
      case ImagePlus.GRAY32:
        return DType.FLOAT32;
      default:
        return DType.UINT8; // also colored by a table: its values are what counts
    }
  }

  private static String stem(String title) {
    String stem = ZooImage.stemOf(title).replaceAll(NOT_IN_NAMES, "_").trim();
    return stem.isEmpty() ? "image" : stem;
  }

  private static Calibration calibration(ImagePlus image) {
    ij.measure.Calibration own = image.getLocalCalibration();
    double interval = own.frameInterval * Units.seconds(own.getTimeUnit());
    Calibration lengths =
        Units.lengths(
            own.pixelWidth,
            own.pixelHeight,
            own.pixelDepth,
            own.getXUnit(),
            own.getYUnit(),
            own.getZUnit());
    return new Calibration(lengths.x, lengths.y, lengths.z, Units.positive(interval));
  }
}
