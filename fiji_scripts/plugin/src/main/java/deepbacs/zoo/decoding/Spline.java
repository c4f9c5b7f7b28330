package deepbacs.zoo.decoding;

/**
 * Closed cubic B-splines (SplineDist): probability and control points.
 *
 * <p>Channel 0 is the probability of being an object, channels {@code 1 + 2k} and {@code 2 + 2k} the
 * place dy, dx of control point {@code k} in pixels of the image, seen from the candidate's place.
 * The polygon has eight corners for each control point: the uniform cubic basis at eighths, with
 * the denominator 3072, rounded.
 */
public final class Spline extends Polygons {

  private static final int SAMPLES = 8;
  private static final int DIVISOR = 6 * SAMPLES * SAMPLES * SAMPLES;

  /** Number of control points, at least 3. */
  public final int points;

  Spline(DecodeConfig block) {
    super(block, "points");
    points = count;
  }

  @Override
  int perCorner() {
    return 2;
  }

  @Override
  Tracer tracer() {
    return new Tracer() {
      @Override
      public int corners() {
        return Math.multiplyExact(points, SAMPLES);
      }

      @Override
      public void trace(float[] values, long[] y, long[] x) {
        long[] places = new long[values.length];
        for (int index = 0; index < values.length; index++) {
          places[index] = fixedPoint(values[index], -PolygonSuppression.FAR);
        }
        curve(places, 0, y);
        curve(places, 1, x);
      }
    };
  }

  /** One coordinate of the corners. */
  private void curve(long[] places, int axis, long[] corners) {
    for (int point = 0; point < points; point++) {
      for (int s = 0; s < SAMPLES; s++) {
        long[] weights = {
          (SAMPLES - s) * (SAMPLES - s) * (SAMPLES - s),
          3 * s * s * s - 48 * s * s + 2048,
          -3 * s * s * s + 24 * s * s + 192 * s + 512,
          s * s * s
        };
        long sum = DIVISOR / 2;
        for (int offset = 0; offset < weights.length; offset++) {
          int of = (point + points + offset - 1) % points;
          sum += weights[offset] * places[2 * of + axis];
        }
        corners[point * SAMPLES + s] = Math.floorDiv(sum, (long) DIVISOR);
      }
    }
  }
}
