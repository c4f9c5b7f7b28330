package deepbacs.zoo.images;

/** Size of a pixel and time between frames; NaN where a number is not known. */
public final class Calibration {

  /** Nothing is known. */
  public static final Calibration UNKNOWN =
      new Calibration(Double.NaN, Double.NaN, Double.NaN, Double.NaN);

  /** Micrometers per pixel. */
  public final double x;

  public final double y;
  public final double z;
  /** Seconds between frames. */
  public final double frameInterval;

  public Calibration(double x, double y, double z, double frameInterval) {
    this.x = x;
    this.y = y;
    this.z = z;
    this.frameInterval = frameInterval;
  }

  /** True if the size of a pixel is known along x and y. */
  public boolean isKnown() {
    return !Double.isNaN(x) && !Double.isNaN(y);
  }

  /** {@code µm}, or {@code pixel} when nothing is known. */
  public String unit() {
    return isKnown() ? "µm" : "pixel";
  }

  /** For an output whose axes have this many pixels per pixel of the image. */
  public Calibration scaled(double scaleX, double scaleY, double scaleZ) {
    return new Calibration(x / scaleX, y / scaleY, z / scaleZ, frameInterval);
  }
}
