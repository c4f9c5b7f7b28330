package deepbacs.zoo.decoding;

import deepbacs.zoo.zooconfig.StarConvex;

/**
 * Star-convex polygons to labels.
 *
 * <p>A corner lies {@code (q · D + 2^19) >> 20} away from the candidate's place, with {@code q =
 * floor(256·d + 1/2)} and {@code D = floor(2^20 · sin or cos + 1/2)}.
 */
final class StarConvexDecoder extends PolygonDecoder {

  private static final int BITS = 20;

  private final int rays;

  StarConvexDecoder(StarConvex settings) {
    super(settings, "n_rays", 1L + settings.nRays);
    rays = settings.nRays;
  }

  @Override
  Tracer tracer() {
    long[] sines = new long[rays];
    long[] cosines = new long[rays];
    for (int ray = 0; ray < rays; ray++) {
      double angle = 2 * Math.PI * ray / rays;
      // Rounded so far that no last bit of a library shows.
      sines[ray] = (long) Math.floor(Math.sin(angle) * (1 << BITS) + 0.5);
      cosines[ray] = (long) Math.floor(Math.cos(angle) * (1 << BITS) + 0.5);
    }
    return new Tracer() {
      @Override
      public int corners() {
        return rays;
      }

      @Override
      public void trace(float[] values, long[] y, long[] x) {
        long half = 1L << (BITS - 1);
        for (int ray = 0; ray < values.length; ray++) {
          long far = fixedPoint(values[ray], 0);
          y[ray] = (far * sines[ray] + half) >> BITS;
          x[ray] = (far * cosines[ray] + half) >> BITS;
        }
      }
    };
  }
}
