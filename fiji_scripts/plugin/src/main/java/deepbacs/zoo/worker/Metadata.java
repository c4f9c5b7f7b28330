package deepbacs.zoo.worker;

import ij.CompositeImage;
import ij.ImagePlus;
import ij.ImageStack;
import ij.gui.Overlay;
import ij.gui.Roi;
import ij.io.RoiDecoder;
import ij.io.RoiEncoder;
import ij.plugin.frame.RoiManager;
import ij.process.ImageProcessor;
import ij.process.LUT;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** What ImageJ keeps with an image beside pixels and calibration, as texts. */
public final class Metadata {

  private static final String LABEL = "Slice_Label";
  private static final int COLORS = 256;

  /** One for each plane, or none. */
  final List<String> labels = new ArrayList<>();
  /** Base64 of red, green and blue, 256 bytes each; none for gray. */
  final List<String> luts = new ArrayList<>();
  /** With tables, the values that get the first and the last color. */
  final List<double[]> ranges = new ArrayList<>();
  /** Base64 of ImageJ's format, here and below; null without a selection. */
  String roi;

  final List<String> overlay = new ArrayList<>();

  /** Describes an image of ImageJ. */
  static Metadata of(ImagePlus image) {
    Metadata found = new Metadata();
    found.takeLabels(image);
    if (image.getType() != ImagePlus.COLOR_RGB) {
      found.takeTables(image);
    }
    found.roi = encoded(image.getRoi());
    if (image.getOverlay() != null) {
      for (Roi each : image.getOverlay().toArray()) {
        found.overlay.add(encoded(each));
      }
    }
    return found;
  }

  /** The outlines in the ROI manager. */
  static List<String> ofManager() {
    List<String> found = new ArrayList<>();
    RoiManager manager = RoiManager.getRawInstance();
    if (manager != null) {
      for (Roi each : manager.getRoisAsArray()) {
        found.add(encoded(each));
      }
    }
    return found;
  }

  private void takeLabels(ImagePlus image) {
    int planes = image.getStackSize();
    ImageStack stack = image.getStack();
    boolean any = false;
    for (int plane = 1; plane <= planes; plane++) {
      // Of a single plane ImageJ makes a label out of its title and what else it knows.
      String label = planes == 1 ? image.getProp(LABEL) : stack.getSliceLabel(plane);
      labels.add(label == null ? "" : label);
      any |= label != null && !label.isEmpty();
    }
    if (!any) {
      labels.clear();
    }
  }

  private void takeTables(ImagePlus image) {
    boolean gray = true;
    for (LUT lut : image.getLuts()) {
      byte[] colors = new byte[3 * COLORS];
      for (int index = 0; index < COLORS; index++) {
        colors[index] = (byte) lut.getRed(index);
        colors[COLORS + index] = (byte) lut.getGreen(index);
        colors[2 * COLORS + index] = (byte) lut.getBlue(index);
        for (int color = 0; color < 3; color++) {
          gray &= (colors[color * COLORS + index] & 255) == index;
        }
      }
      luts.add(Base64.getEncoder().encodeToString(colors));
      ranges.add(new double[] {lut.min, lut.max});
    }
    if (gray) {
      luts.clear();
      ranges.clear();
    } else if (!(image instanceof CompositeImage)) {
      ranges.set(0, new double[] {image.getDisplayRangeMin(), image.getDisplayRangeMax()});
    }
  }

  /** Sets it; returns the image itself, or one of several channels in colors in its place. */
  ImagePlus applyTo(ImagePlus image) {
    setLabels(image);
    ImagePlus shown = withTables(image);
    if (roi != null) {
      shown.setRoi(decoded(roi), false);
    }
    if (!overlay.isEmpty()) {
      Overlay outlines = new Overlay();
      for (String each : overlay) {
        outlines.add(decoded(each));
      }
      shown.setOverlay(outlines);
    }
    return shown;
  }

  private void setLabels(ImagePlus image) {
    if (labels.size() == 1) {
      image.setProp(LABEL, labels.get(0));
    }
    for (int plane = 1; plane <= labels.size(); plane++) {
      image.getStack().setSliceLabel(labels.get(plane - 1), plane);
    }
  }

  private ImagePlus withTables(ImagePlus image) {
    if (luts.isEmpty()) {
      return image;
    }
    LUT[] tables = new LUT[luts.size()];
    for (int index = 0; index < tables.length; index++) {
      tables[index] = table(index);
    }
    if (tables.length > 1) {
      CompositeImage composite = new CompositeImage(image, CompositeImage.COLOR);
      composite.setLuts(tables);
      return composite;
    }
    ImageProcessor processor = image.getProcessor();
    processor.setColorModel(tables[0]);
    image.getStack().setColorModel(tables[0]);
    if (!ranges.isEmpty() && image.getBitDepth() != 8) {
      image.setDisplayRange(ranges.get(0)[0], ranges.get(0)[1]);
    }
    return image;
  }

  private LUT table(int index) {
    byte[] colors = Base64.getDecoder().decode(luts.get(index));
    byte[][] each = new byte[3][COLORS];
    for (int color = 0; color < each.length; color++) {
      System.arraycopy(colors, color * COLORS, each[color], 0, COLORS);
    }
    double[] range = ranges.isEmpty() ? new double[] {0, COLORS - 1} : ranges.get(index);
    return new LUT(8, COLORS, each[0], each[1], each[2]) {
      {
        min = range[0];
        max = range[1];
      }
    };
  }

  /** An outline in ImageJ's format, as base64; null for null. */
  public static String encoded(Roi roi) {
    return roi == null ? null : Base64.getEncoder().encodeToString(RoiEncoder.saveAsByteArray(roi));
  }

  /** The outline of such a text. */
  public static Roi decoded(String text) {
    Roi roi = RoiDecoder.openFromByteArray(Base64.getDecoder().decode(text));
    if (roi == null) {
      throw new IllegalArgumentException("an outline is damaged");
    }
    return roi;
  }
}
