package deepbacs.zoo.decoding;

/**
 * Star-convex polygons (StarDist): probability and distances to the rim along rays.
 *
 * <p>Channel 0 is the probability of being an object, channel {@code 1 + k} the distance in pixels
 * of the image along ray {@code k}, which points to the angle 2πk / {@code rays}: (dy, dx) = (sin,
 * cos), y down. A corner lies {@code (q · D + 2^19) >> 20} away from the candidate's place, with
 * {@code q = floor(256·d + 1/2)} and {@code D = floor(2^20 · sin or cos + 1/2)}.
 */
public final class StarConvex extends Polygons {

  private static final int BITS = 20;

  /** Number of rays, at least 3. */
  public final int rays;

  StarConvex(DecodeConfig block) {
    super(block, "rays");
    rays = count;
  }

  @Override
  int perCorner() {
    return 1;
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
