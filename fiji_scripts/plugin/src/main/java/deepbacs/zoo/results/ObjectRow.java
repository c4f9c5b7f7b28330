package deepbacs.zoo.results;

/** One object; the fields are the columns of the table, in this order. */
public final class ObjectRow {

  /** Its number in the label image. */
  public final int label;
  /** Its frame and slice, counted from 0. */
  public final int t;

  public final int z;
  /** In {@link #unit} squared. */
  public final double area;
  /** Axes of the ellipse with the same second moments. */
  public final double length;

  public final double width;
  /** Centroid; the centre of the first pixel is at half a pixel. */
  public final double x;

  public final double y;
  /** Of the long axis, degrees counterclockwise from the x axis, 0 to 180. */
  public final double angle;

  public final int pixels;
  /** {@code µm} or {@code pixel}. */
  public final String unit;

  public ObjectRow(
      int label,
      int t,
      int z,
      double area,
      double length,
      double width,
      double x,
      double y,
      double angle,
      int pixels,
      String unit) {
    this.label = label;
    this.t = t;
    this.z = z;
    this.area = area;
    this.length = length;
    this.width = width;
    this.x = x;
    this.y = y;
    this.angle = angle;
    this.pixels = pixels;
    this.unit = unit;
  }

  /** The same object in another frame and slice. */
  ObjectRow at(int frame, int slice) {
    return new ObjectRow(
        label, frame, slice, area, length, width, x, y, angle, pixels, unit);
  }
}
