package deepbacs.zoo.zooconfig;

/**
 * Closed cubic B-splines (SplineDist): probability and control points.
 *
 * <p>Channel 0 is the probability of being an object, channels {@code 1 + 2k} and {@code 2 + 2k}
 * the place dy, dx of control point {@code k} in pixels of the image, seen from the candidate's
 * place.
 */
public final class Spline extends Polygons {

  /** Number of control points, at least 3. */
  public final int points;

  Spline(Fields fields) {
    super(fields, "points");
    points = count;
  }
}
