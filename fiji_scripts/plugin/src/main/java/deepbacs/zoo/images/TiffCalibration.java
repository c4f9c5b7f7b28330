package deepbacs.zoo.images;

import java.util.Map;

/** Pixel sizes as TIFF files state them: ImageJ, OME-XML, resolution tags. */
final class TiffCalibration {

  private static final int PER_CENTIMETER = 3;

  private TiffCalibration() {}

  /** {@code imagej} and {@code ome} are null where the file has no such description. */
  static StatedSizes of(
      TiffPage page, Map<String, String> imagej, OmePixels ome, ImageName name) {
    StatedSizes stated = new StatedSizes(name.text);
    double x = 1 / page.resolutionX;
    double y = 1 / page.resolutionY;
    if (ome != null) {
      return ome.sizes(stated);
    }
    if (imagej != null) {
      String unit = imagej.getOrDefault("unit", "");
      // The other axes may have units of their own; without one they share that of x.
      String[] units = {
        unit, imagej.getOrDefault("yunit", unit), imagej.getOrDefault("zunit", unit)
      };
      double interval = Units.positive(imagej.get("finterval"));
      return stated
          .interval(interval, imagej.getOrDefault("tunit", "sec"), false)
          .imagej(new double[] {x, y, Units.positive(imagej.get("spacing"))}, units);
    }
    double largest = Math.max(x, y) * StatedSizes.CENTIMETER;
    if (page.resolutionUnit == PER_CENTIMETER && largest < StatedSizes.LARGEST_PIXEL) {
      String[] units = {"cm", "cm", "cm"};
      return stated.lengths(new double[] {x, y, Double.NaN}, units, false);
    }
    return stated;
  }
}
