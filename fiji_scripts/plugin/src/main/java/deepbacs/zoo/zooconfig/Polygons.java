package deepbacs.zoo.zooconfig;

/** Scored polygons on a grid: the settings that {@link StarConvex} and {@link Spline} share. */
public abstract class Polygons implements Decoding {

  /** The id of the output tensor: probabilities in channel 0, shapes in the others. */
  public final String output;
  /** Pixels of the image for one of the output. */
  public final int grid;
  /** A candidate has a probability of at least this. */
  public final double probabilityThreshold;
  /** A candidate that shares more than this part of the smaller area with an object is dropped. */
  public final double nmsThreshold;
  /** Smaller objects are dropped. */
  public final int minSize;

  /** The number of rays or points. */
  final int count;

  Polygons(Fields fields, String counted) {
    output =
        fields.output(
            "output", counted, "grid", "probability_threshold", "nms_threshold", "min_size");
    count = fields.whole(counted, 3);
    grid = fields.whole("grid", 1, 1);
    probabilityThreshold = fields.fraction("probability_threshold", 0.5);
    nmsThreshold = fields.fraction("nms_threshold", 0.4);
    minSize = fields.whole("min_size", 0, 20);
  }

  @Override
  public String output() {
    return output;
  }
}
