package deepbacs.zoo.decoding;

import deepbacs.zoo.zooconfig.Spline;

/**
 * Closed cubic B-splines to labels.
 *
 * <p>The polygon has eight corners for each control point: the uniform cubic basis at eighths, with
 * the denominator 3072, rounded.
 */
final class SplineDecoder extends PolygonDecoder {

  private static final int SAMPLES = 8;
  private static final int DIVISOR = 6 * SAMPLES * SAMPLES * SAMPLES;

  private final int points;

  SplineDecoder(Spline settings) {
    super(settings, "points", 1 + 2L * settings.points);
    points = settings.points;
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
