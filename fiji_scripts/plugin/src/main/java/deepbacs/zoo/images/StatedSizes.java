package deepbacs.zoo.images;

import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.findings.Finding.Severity;
import deepbacs.zoo.findings.Rule;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.options.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Sizes of pixels as a file or an open image states them, in units of their own. */
final class StatedSizes {

  /** Its findings say nothing where another pixel size is given. */
  static final Rule UNKNOWN_LENGTH = new Rule("unknown-unit-of-length", Severity.WARNING);

  private static final Rule UNKNOWN_TIME = new Rule("unknown-unit-of-time", Severity.WARNING);
  private static final String CORRECT = "correct it in ImageJ with Image > Properties...";
  static final double CENTIMETER = 1e4;
  /**
   * Resolutions per inch or centimeter are mostly those of a printed page, which ImageJ hands on as
   * if they were a calibration: 72 dpi is 353 µm, 1,200 dpi is 21 µm. No microscope's pixel is as
   * large.
   */
  static final double LARGEST_PIXEL = 20;

  private final String where;
  private final List<Finding> findings = new ArrayList<>();
  private double x = Double.NaN;
  private double y = Double.NaN;
  private double z = Double.NaN;
  private double interval = Double.NaN;

  /** @param where the image's name in findings */
  StatedSizes(Object where) {
    this.where = String.valueOf(where);
  }

  /** Micrometers and seconds. */
  Calibration calibration() {
    boolean known = !Double.isNaN(x) && !Double.isNaN(y);
    return known
        ? new Calibration(x, y, z, interval)
        : new Calibration(Double.NaN, Double.NaN, Double.NaN, interval);
  }

  /** The units that are not known: of lengths, then of time. */
  List<Finding> findings() {
    return Collections.unmodifiableList(findings);
  }

  /** The time between frames, NaN where it is not stated. */
  StatedSizes interval(double step, String unit, boolean ome) {
    double factor = Units.seconds(unit, ome);
    interval = Units.positive(step * factor);
    if (!Double.isNaN(step) && Double.isNaN(factor) && !Units.isIndex(unit)) {
      findings.add(
          UNKNOWN_TIME.finding(
              where,
              "the unit '"
                  + Units.plain(unit)
                  + "' is no known unit of time, so that the time between its frames is not known",
              "s, ms, \u00b5s, min, h or d",
              CORRECT));
    }
    return this;
  }

  /** Lengths of ImageJ, which may be those of a printed page; see {@link #lengths}. */
  StatedSizes imagej(double[] sizes, String[] units) {
    double factor = Units.micrometers(units[0], false);
    boolean printed = factor == CENTIMETER || factor == Units.INCH;
    return printed && sizes[0] * factor > LARGEST_PIXEL ? this : lengths(sizes, units, false);
  }

  /**
   * Lengths along x, y and z, NaN where they are not stated.
   *
   * <p>Without a size along x or y there is none.
   */
  StatedSizes lengths(double[] sizes, String[] units, boolean ome) {
    double[] known = new double[sizes.length];
    List<Finding> unknown = new ArrayList<>();
    for (int axis = 0; axis < sizes.length; axis++) {
      String unit = units[axis];
      double factor = Units.micrometers(unit, ome);
      known[axis] = sizes[axis] * factor;
      // An axis that is counted has no size; of two axes of one plane both are, or none.
      boolean counted = Units.isIndex(unit) && !(axis == 1 && !Double.isNaN(known[0]));
      boolean shared = axis > 0 && unit.equals(units[0]);
      if (!Double.isNaN(sizes[axis]) && Double.isNaN(factor) && !counted && !shared) {
        unknown.add(unknown("xyz".charAt(axis), unit));
      }
    }
    findings.addAll(0, unknown);
    x = known[0];
    y = known[1];
    z = known[2];
    return this;
  }

  private Finding unknown(char axisName, String unit) {
    String along = axisName == 'x' ? "" : " along " + axisName;
    boolean depth = axisName == 'z';
    return UNKNOWN_LENGTH.finding(
        where,
        "the unit '"
            + Units.plain(unit)
            + "'"
            + along
            + " is no known unit of length, so that "
            + (depth ? "the distance of its slices is not known" : "it has no pixel size"),
        "\u00b5m, nm, pm, mm, cm, m, \u00c5 or inch",
        depth ? CORRECT : Text.of(CORRECT + ", or set ", Option.of("pixel_size")));
  }
}
