package deepbacs.zoo.decoding;

import deepbacs.zoo.tensors.Tensor;

/** Scored polygons on a grid that become labels; {@link StarConvex} or {@link Spline}. */
public abstract class Polygons implements LabelDecoding {

  /** The id of the output tensor: probabilities in channel 0, shapes in the others. */
  public final String output;
  /** Pixels of the image for one of the output. */
  public final int grid;
  /** A candidate has a probability of at least this. */
  public final double probabilityThreshold;
  /** A candidate that shares more than this part of the smaller area with an object is dropped. */
  public final double overlapThreshold;
  /** Smaller objects are dropped. */
  public final int minSize;

  /** How many corners of how many numbers there are: {@code rays} or {@code points}. */
  final int count;

  Polygons(DecodeConfig block, String counted) {
    output =
        block.output(
            "output", counted, "grid", "probability_threshold", "overlap_threshold", "min_size");
    count = block.whole(counted, 3);
    grid = block.whole("grid", 1, 1);
    probabilityThreshold = block.fraction("probability_threshold", 0.5);
    overlapThreshold = block.fraction("overlap_threshold", 0.4);
    minSize = block.whole("min_size", 0, 20);
  }

  /** Turns the channels of a candidate into corners, in 1/256 pixels seen from its place. */
  interface Tracer {

    /** Number of corners. */
    int corners();

    /** Writes y and x of all corners; {@code values} are those of the channels behind the first. */
    void trace(float[] values, long[] y, long[] x);
  }

  abstract Tracer tracer();

  /** Numbers for a corner in the tensor. */
  abstract int perCorner();

  @Override
  public String output() {
    return output;
  }

  @Override
  public boolean isOnGrid() {
    return true;
  }

  @Override
  public int[] decode(Tensor tensor, int height, int width) {
    long channels = 1 + (long) count * perCorner();
    if (tensor.shape().length != 3 || tensor.shape()[0] != channels) {
      String allowed = "c y x with " + channels + " channels";
      String fields = perCorner() == 1 ? "rays" : "points";
      throw DecodeConfig.lacking(output, tensor, "asks for", allowed, fields);
    }
    Tensor cells = GridTensors.onGrid(tensor, grid, height, width);
    return new PolygonSuppression(this, cells, height, width).labels();
  }

  /** Pixels in 1/256 pixel: {@code floor(256·v + 1/2)}, NaN is 0. */
  static long fixedPoint(float value, double least) {
    double near = Float.isNaN(value) ? 0 : Math.min(Math.max(value, least), PolygonSuppression.FAR);
    return (long) Math.floor(near * PolygonSuppression.UNIT + 0.5);
  }
}
