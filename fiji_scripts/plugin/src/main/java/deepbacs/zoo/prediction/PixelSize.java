package deepbacs.zoo.prediction;

import deepbacs.zoo.errors.PythonFormat;
import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.findings.Finding.Severity;
import deepbacs.zoo.findings.Rule;
import deepbacs.zoo.images.Calibration;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.options.Text;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** The pixel size that a model was trained at against the image's. */
final class PixelSize {

  private static final Rule UNKNOWN = new Rule("pixel-size-unknown", Severity.INFO);
  private static final Rule DIFFERENT = new Rule("pixel-size-differs", Severity.WARNING);

  /** A pixel size that differs by more is warned of. */
  private static final double TOLERANCE = 0.2;

  private static final Map<String, Double> MICROMETERS = new HashMap<>();

  static {
    for (String name :
        new String[] {"micrometer", "micrometre", "micron", "\u00b5m", "\u03bcm", "um"}) {
      MICROMETERS.put(name, 1.0);
    }
    MICROMETERS.put("nanometer", 1e-3);
    MICROMETERS.put("nm", 1e-3);
    MICROMETERS.put("millimeter", 1e3);
    MICROMETERS.put("mm", 1e3);
  }

  private PixelSize() {}

  /**
   * Compares pixel sizes along y and x.
   *
   * @param config the package's {@code config.deepbacs_zoo}
   * @return what to say if they differ by more than 20 % or the image states none, else null
   * @throws ZooException PACKAGE: the package's entry is no pixel size
   */
  static Finding finding(Map<String, Object> config, Calibration image, String where) {
    Map<Character, Double> model = stated(config);
    for (char axisName : new char[] {'y', 'x'}) {
      if (!model.containsKey(axisName)) {
        continue;
      }
      double trained = model.get(axisName);
      String size = PythonFormat.g(trained, 4) + " \u00b5m";
      double own = axisName == 'y' ? image.y : image.x;
      if (Double.isNaN(own)) {
        return UNKNOWN.finding(
            where,
            "it has no pixel size; the model was trained at " + size,
            "an image that states its pixel size",
            Text.of("set ", Option.of("pixel_size"), " if it differs"));
      }
      if (Math.abs(own / trained - 1) > TOLERANCE) {
        return DIFFERENT.finding(
            where,
            "its pixels are "
                + PythonFormat.g(own, 4)
                + " \u00b5m, the model was trained at "
                + size,
            size + ", up to 20% more or less",
            Text.of("use ", Option.of("rescale", "auto")));
      }
    }
    return null;
  }

  /** The model's pixel size in micrometers by axis; empty if it states none. */
  private static Map<Character, Double> stated(Map<String, Object> config) {
    Map<Character, Double> sizes = new LinkedHashMap<>();
    Object entry = config.get("pixel_size");
    if (entry == null) {
      return sizes;
    }
    boolean good = entry instanceof Map;
    if (good) {
      Map<?, ?> stated = (Map<?, ?>) entry;
      Object unit = stated.containsKey("unit") ? stated.get("unit") : "micrometer";
      Double factor = MICROMETERS.get(String.valueOf(unit));
      good = factor != null;
      for (char axisName : new char[] {'z', 'y', 'x'}) {
        Object value = stated.get(String.valueOf(axisName));
        if (value != null && good) {
          good = value instanceof Number && ((Number) value).doubleValue() > 0;
          sizes.put(axisName, good ? ((Number) value).doubleValue() * factor : Double.NaN);
        }
      }
    }
    if (!good) {
      throw new ZooException(
          Kind.PACKAGE,
          "config.deepbacs_zoo.pixel_size",
          "it is no pixel size",
          PythonText.str(entry),
          "positive numbers for y and x (and z), with a unit such as micrometer",
          "correct the package's description");
    }
    return sizes;
  }
}
