package deepbacs.zoo.images;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Units of length and time as ImageJ, OME and people name them. */
public final class Units {

  static final double CENTIMETER = 1e4;
  /**
   * Resolutions per inch or centimeter are mostly those of a printed page, which ImageJ hands on as
   * if they were a calibration: 72 dpi is 353 µm, 1,200 dpi is 21 µm. No microscope's pixel is as
   * large.
   */
  static final double LARGEST_PIXEL = 20;

  private static final Map<String, Double> MICROMETERS = new HashMap<>();
  private static final Map<String, Double> SECONDS = new HashMap<>();

  static {
    for (String name :
        new String[] {
          "\u00b5m", "\u03bcm", "um", "micron", "microns", "micrometer", "micrometre", "\\u00b5m"
        }) {
      MICROMETERS.put(name, 1.0);
    }
    MICROMETERS.put("nm", 1e-3);
    MICROMETERS.put("nanometer", 1e-3);
    MICROMETERS.put("mm", 1e3);
    MICROMETERS.put("millimeter", 1e3);
    MICROMETERS.put("cm", CENTIMETER);
    MICROMETERS.put("centimeter", CENTIMETER);
    MICROMETERS.put("m", 1e6);
    MICROMETERS.put("inch", 25400.0);
    MICROMETERS.put("\u00e5", 1e-4);
    for (String name : new String[] {"s", "sec", "second", "seconds"}) {
      SECONDS.put(name, 1.0);
    }
    SECONDS.put("ms", 1e-3);
    SECONDS.put("msec", 1e-3);
    for (String name : new String[] {"min", "minute", "minutes"}) {
      SECONDS.put(name, 60.0);
    }
    for (String name : new String[] {"h", "hour", "hours"}) {
      SECONDS.put(name, 3600.0);
    }
  }

  private Units() {}

  /** Micrometers in one of this unit, or NaN where it is no unit of length. */
  static double micrometers(String unit) {
    Double found = unit == null ? null : MICROMETERS.get(unit.trim().toLowerCase(Locale.ROOT));
    return found == null ? Double.NaN : found;
  }

  /** Seconds in one of this unit, or NaN where it is no unit of time. */
  public static double seconds(String unit) {
    Double found = unit == null ? null : SECONDS.get(unit.trim().toLowerCase(Locale.ROOT));
    return found == null ? Double.NaN : found;
  }

  /** The number if it is positive and finite, else NaN. */
  public static double positive(double number) {
    return number > 0 && !Double.isInfinite(number) ? number : Double.NaN;
  }

  /** The number in a text if it is positive and finite, else NaN; the text may be null. */
  static double positive(String text) {
    try {
      return text == null ? Double.NaN : positive(Double.parseDouble(text.trim()));
    } catch (NumberFormatException error) {
      return Double.NaN;
    }
  }

  /**
   * ImageJ's lengths in micrometers; unknown where x has no unit of length, or that of a page.
   *
   * <p>The other axes may have units of their own; without one they share that of x. A z in pixels
   * is not known.
   */
  public static Calibration lengths(
      double x, double y, double z, String xUnit, String yUnit, String zUnit) {
    double factor = micrometers(xUnit);
    boolean printed = factor == CENTIMETER || factor == micrometers("inch");
    if (Double.isNaN(factor) || !(x > 0) || !(y > 0) || printed && x * factor > LARGEST_PIXEL) {
      return Calibration.UNKNOWN;
    }
    double yFactor = Double.isNaN(micrometers(yUnit)) ? factor : micrometers(yUnit);
    double zFactor = Double.isNaN(micrometers(zUnit)) ? factor : micrometers(zUnit);
    boolean index = zUnit != null && zUnit.trim().toLowerCase(Locale.ROOT).matches("pixels?");
    double depth = index ? Double.NaN : positive(z) * zFactor;
    return new Calibration(x * factor, y * yFactor, depth, Double.NaN);
  }
}
