package deepbacs.zoo.images;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.findings.Finding;
import ij.ImagePlus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An image as read from a file or as open in ImageJ; its pixels are not changed. */
public final class ZooImage {

  private static final String OME = ".ome";

  /** Gives the planes when they are asked for. */
  interface Planes {
    Plane plane(int frame, int slice, int channel);
  }

  /** Where it was read, or null for an image that is open. */
  public final Path path;
  /** Its name in messages. */
  public final String name;
  /** The name that results are named after. */
  public final String stem;

  public final ImageShape shape;
  public final Calibration calibration;
  /** What was left out of its file, or taken as something else. */
  public final List<Finding> findings;

  private final Planes planes;

  ZooImage(
      Path path,
      String name,
      String stem,
      ImageShape shape,
      Calibration calibration,
      List<Finding> findings,
      Planes planes) {
    this.path = path;
    this.name = name;
    this.stem = stem;
    this.shape = shape;
    this.calibration = calibration;
    this.findings = findings;
    this.planes = planes;
  }

  /**
   * An image that is open in ImageJ; its pixels are shared, its selection is not looked at.
   *
   * @throws ZooException DATA: some pixels are not numbers
   */
  public static ZooImage of(ImagePlus image) {
    return ImageSource.of(image).read();
  }

  /** One channel at one slice and frame, counted from 0. */
  public Plane plane(int frame, int slice, int channel) {
    return planes.plane(frame, slice, channel);
  }

  /** The same image with square pixels of this size in micrometers. */
  public ZooImage withPixelSize(double micrometers) {
    // A z in pixels is no z in micrometers.
    double z = calibration.isKnown() ? calibration.z : Double.NaN;
    Calibration stated =
        new Calibration(micrometers, micrometers, z, calibration.frameInterval);
    // A unit that is not known is of no matter then.
    List<Finding> left = new ArrayList<>(findings);
    left.removeIf(finding -> finding.rule == StatedSizes.UNKNOWN_LENGTH);
    return new ZooImage(path, name, stem, shape, stated, left, planes);
  }

  /** The same image with other channels. */
  ZooImage seenAs(ImageShape channels, List<Finding> notes, Planes seen) {
    return new ZooImage(path, name, stem, channels, calibration, notes, seen);
  }

  /** The first position, for looking at. */
  public Preview preview() {
    return Preview.of(this);
  }

  /** A file's name without its suffix, or without both of {@code .ome.tif}. */
  public static String stemOf(Path path) {
    Path file = path.getFileName();
    return stemOf(file == null ? path.toString() : file.toString());
  }

  static String stemOf(String file) {
    int dot = file.lastIndexOf('.');
    String stem = dot > 0 ? file.substring(0, dot) : file;
    boolean ome = stem.toLowerCase(Locale.ROOT).endsWith(OME) && stem.length() > OME.length();
    return ome ? stem.substring(0, stem.length() - OME.length()) : stem;
  }

  /**
   * Looks at all pixels.
   *
   * @throws ZooException DATA: some are not numbers
   */
  ZooImage checked() {
    long bad = 0;
    if (shape.dtype.isFloat()) {
      int count = shape.height * shape.width;
      for (int frame = 0; frame < shape.frames; frame++) {
        for (int slice = 0; slice < shape.slices; slice++) {
          for (int channel = 0; channel < shape.channels; channel++) {
            bad += plane(frame, slice, channel).notFinite(count);
          }
        }
      }
    }
    if (bad > 0) {
      throw new ZooException(
          Kind.DATA,
          name,
          "some pixels are not a number or infinite",
          bad + " of " + shape.pixels(),
          "finite numbers",
          "replace them, in ImageJ with Process > Math > NaN Background or Macro");
    }
    return this;
  }
}
