package deepbacs.zoo.images;

import java.util.Map;

/** Pixel sizes as TIFF files state them: ImageJ, OME-XML, resolution tags. */
final class TiffCalibration {

  private static final int PER_CENTIMETER = 3;

  private TiffCalibration() {}

  /** {@code imagej} and {@code ome} are null where the file has no such description. */
  static Calibration of(TiffPage page, Map<String, String> imagej, OmeDescription ome) {
    if (ome != null) {
      return ome.calibration();
    }
    double x = 1 / page.resolutionX;
    double y = 1 / page.resolutionY;
    if (imagej != null) {
      double interval = Units.positive(imagej.get("finterval"));
      String unit = unescaped(imagej.get("unit"));
      String yUnit = imagej.containsKey("yunit") ? unescaped(imagej.get("yunit")) : unit;
      String zUnit = imagej.containsKey("zunit") ? unescaped(imagej.get("zunit")) : unit;
      double spacing = Units.positive(imagej.get("spacing"));
      Calibration lengths = Units.lengths(x, y, spacing, unit, yUnit, zUnit);
      return new Calibration(lengths.x, lengths.y, lengths.z, interval);
    }
    double largest = Math.max(x, y) * Units.CENTIMETER;
    if (page.resolutionUnit == PER_CENTIMETER && largest < Units.LARGEST_PIXEL) {
      return new Calibration(
          x * Units.CENTIMETER, y * Units.CENTIMETER, Double.NaN, Double.NaN);
    }
    return Calibration.UNKNOWN;
  }

  /** ImageJ writes characters beyond Latin-1 as {@code \}{@code u00B5}. */
  private static String unescaped(String unit) {
    return unit == null ? null : unit.replaceAll("(?i)\\\\u00b5", "\u00b5");
  }
}
