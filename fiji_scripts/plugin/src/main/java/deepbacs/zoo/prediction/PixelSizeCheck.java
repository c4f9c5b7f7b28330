package deepbacs.zoo.prediction;

import deepbacs.zoo.errors.PythonFormat;
import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.findings.Finding.Severity;
import deepbacs.zoo.findings.Rule;
import deepbacs.zoo.images.Calibration;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.options.Text;
import java.util.Map;

/** The pixel size that a model was trained at against the image's. */
final class PixelSizeCheck {

  private static final Rule UNKNOWN = new Rule("image-without-pixel-size", Severity.INFO);
  private static final Rule DIFFERENT = new Rule("other-pixel-size", Severity.WARNING);

  /** A pixel size that differs by more is warned of. */
  private static final double TOLERANCE = 0.2;

  private PixelSizeCheck() {}

  /**
   * Compares pixel sizes along y and x.
   *
   * @param model micrometers by axis, as the model was trained at
   * @return a finding if they differ by more than 20 % or the image states none, else null
   */
  static Finding finding(Map<Character, Double> model, Calibration image, String where) {
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
            Text.of("pass ", Option.of("pixel_size"), " if it differs"));
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
}
