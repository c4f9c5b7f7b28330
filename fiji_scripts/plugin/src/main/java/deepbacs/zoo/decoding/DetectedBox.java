package deepbacs.zoo.decoding;

/** One box; edges are in pixels of the image and inside it, the first pixel covers 0 to 1. */
public final class DetectedBox {

  public final double x0;
  public final double y0;
  public final double x1;
  public final double y1;
  /** Its place in the package's classes. */
  public final int classIndex;
  /** Objectness times class probability, 0 to 1. */
  public final float score;

  public DetectedBox(double x0, double y0, double x1, double y1, int classIndex, float score) {
    this.x0 = x0;
    this.y0 = y0;
    this.x1 = x1;
    this.y1 = y1;
    this.classIndex = classIndex;
    this.score = score;
  }
}
