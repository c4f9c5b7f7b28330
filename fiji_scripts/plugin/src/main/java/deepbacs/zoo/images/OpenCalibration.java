package deepbacs.zoo.images;

/** The size of pixels as an image that is open in ImageJ has it. */
public final class OpenCalibration {

  /** Says of a single slice that its depth of 1 is meant; ImageJ states 1 where nobody has. */
  public static final String STATED = "\u00b5m";

  private OpenCalibration() {}

  /**
   * ImageJ's calibration in micrometers and seconds.
   *
   * @param slices of the image: the depth of a single one is not known if it is 1, as ImageJ has it
   *     by default, and has no unit of its own
   */
  public static Calibration of(ij.measure.Calibration own, int slices) {
    return stated(own, slices, "").calibration();
  }

  /** The same with what is odd about its units; {@code where} is the image's name. */
  static StatedSizes stated(ij.measure.Calibration own, int slices, String where) {
    String unit = own.getZUnit();
    boolean stated = unit != null && !unit.equals(own.getXUnit());
    boolean isDefault = slices == 1 && own.pixelDepth == 1 && !stated;
    // Sizes are negative where an axis is counted backwards.
    double[] sizes = {
      Units.positive(Math.abs(own.pixelWidth)),
      Units.positive(Math.abs(own.pixelHeight)),
      isDefault ? Double.NaN : Units.positive(Math.abs(own.pixelDepth))
    };
    String[] units = {text(own.getXUnit()), text(own.getYUnit()), text(unit)};
    return new StatedSizes(where)
        .interval(Units.positive(own.frameInterval), text(own.getTimeUnit()), false)
        .imagej(sizes, units);
  }

  private static String text(String unit) {
    return unit == null ? "" : unit;
  }
}
