package deepbacs.zoo.zooconfig;

/**
 * Star-convex polygons (StarDist): probability and distances to the rim along rays.
 *
 * <p>Channel 0 is the probability of being an object, channel {@code 1 + k} the distance in pixels
 * of the image along ray {@code k}, which points to the angle 2πk / {@code nRays}: (dy, dx) = (sin,
 * cos), y down.
 */
public final class StarConvex extends Polygons {

  /** Number of rays, at least 3. */
  public final int nRays;

  StarConvex(Fields fields) {
    super(fields, "n_rays");
    nRays = count;
  }
}
