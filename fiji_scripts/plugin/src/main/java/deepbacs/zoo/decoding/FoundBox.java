package deepbacs.zoo.decoding;

/** One box; edges are in pixels of the image and inside it, the first pixel covers 0 to 1. */
public final class FoundBox {

  public final double x0;
  public final double y0;
  public final double x1;
  public final double y1;
  /** Its place in the package's classes. */
  public final int classIndex;
  /** Objectness times class probability, 0 to 1. */
  public final float score;

  public FoundBox(double x0, double y0, double x1, double y1, int classIndex, float score) {
    this.x0 = x0;
    this.y0 = y0;
    this.x1 = x1;
    this.y1 = y1;
    this.classIndex = classIndex;
    this.score = score;
  }

  /** Whether the shared area is more than this part of the joint area, in double. */
  boolean overlaps(FoundBox other, double threshold) {
    double across = Math.min(x1, other.x1) - Math.max(x0, other.x0);
    double down = Math.min(y1, other.y1) - Math.max(y0, other.y0);
    if (across <= 0 || down <= 0) {
      return false;
    }
    double shared = across * down;
    return shared > threshold * (area() + other.area() - shared);
  }

  private double area() {
    return (x1 - x0) * (y1 - y0);
  }
}
