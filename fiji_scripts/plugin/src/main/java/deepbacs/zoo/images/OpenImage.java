package deepbacs.zoo.images;

import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.tensors.DType;
import ij.ImagePlus;
import ij.process.LUT;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** An image that is open in ImageJ, seen as one from a file. */
final class OpenImage implements ImageSource {

  private static final int COLORS = 3;
  private static final String NOT_IN_NAMES = "[\\\\/:*?\"<>|\\p{Cntrl}]";

  private final ImagePlus image;
  private final boolean rgb;
  private final boolean signed;
  private final ImageShape shape;

  OpenImage(ImagePlus image) {
    this.image = image;
    rgb = image.getType() == ImagePlus.COLOR_RGB;
    signed = image.getLocalCalibration().isSigned16Bit();
    shape =
        new ImageShape(
            image.getNFrames(),
            image.getNSlices(),
            (rgb ? COLORS : 1) * image.getNChannels(),
            image.getHeight(),
            image.getWidth(),
            dtype(image, signed),
            rgb && image.getNChannels() == 1);
  }

  @Override
  public String name() {
    return image.getTitle();
  }

  @Override
  public String stem() {
    return stem(image.getTitle());
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public List<String> channelNames() {
    if (shape.rgb) {
      return ChannelNames.COLORS;
    }
    return rgb
        ? Collections.emptyList()
        : ChannelNames.ofLabels(
            shape.frames,
            shape.slices,
            shape.channels,
            (frame, slice, channel) ->
                image
                    .getStack()
                    .getSliceLabel(image.getStackIndex(channel + 1, slice + 1, frame + 1)));
  }

  @Override
  public Calibration calibration() {
    return sizes().calibration();
  }

  @Override
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>(sizes().findings());
    if (!rgb && image.isInvertedLut()) {
      findings.add(Palette.inverted(name()));
    } else if (image.getBitDepth() == Byte.SIZE && shape.channels == 1) {
      findings.addAll(new Palette(table(), name(), true).findings());
    }
    return findings;
  }

  private StatedSizes sizes() {
    return OpenCalibration.stated(image.getLocalCalibration(), image.getNSlices(), name());
  }

  private int[][] table() {
    LUT shown = image.getProcessor().getLut();
    int[][] table = new int[shown.getMapSize()][];
    for (int number = 0; number < table.length; number++) {
      table[number] =
          new int[] {shown.getRed(number), shown.getGreen(number), shown.getBlue(number)};
    }
    return table;
  }

  @Override
  public ZooImage read() {
    return new ZooImage(null, name(), stem(), shape, calibration(), findings(), this::plane)
        .checked();
  }

  /** Nothing: the image stays open. */
  @Override
  public void close() {}

  private Plane plane(int frame, int slice, int channel) {
    int plane = rgb ? channel / COLORS : channel;
    // A virtual stack reads the plane now; others hand over their own array.
    int index = image.getStackIndex(plane + 1, slice + 1, frame + 1);
    Object pixels = image.getStack().getPixels(index);
    if (rgb) {
      return Plane.ofColor((int[]) pixels, channel % COLORS);
    }
    return signed ? Plane.ofShifted((short[]) pixels) : Plane.of(shape.dtype, pixels);
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
}
