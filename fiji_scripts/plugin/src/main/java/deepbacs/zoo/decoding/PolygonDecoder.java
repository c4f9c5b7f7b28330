package deepbacs.zoo.decoding;

import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.zooconfig.Polygons;

/** Scored polygons on a grid to labels. */
abstract class PolygonDecoder extends LabelDecoder {

  private final Polygons settings;
  private final String counted;
  private final long channels;

  /**
   * A decoder.
   *
   * @param counted the field that decides how many channels there are
   * @param channels of the tensor
   */
  PolygonDecoder(Polygons settings, String counted, long channels) {
    this.settings = settings;
    this.counted = counted;
    this.channels = channels;
  }

  /** Turns the channels of a candidate into corners, in 1/256 pixels seen from its place. */
  interface Tracer {

    /** Number of corners. */
    int corners();

    /** Writes y and x of all corners; {@code values} are those of the channels behind the first. */
    void trace(float[] values, long[] y, long[] x);
  }

  abstract Tracer tracer();

  @Override
  public boolean isOnGrid() {
    return true;
  }

  @Override
  public int[] decode(Tensor tensor, int height, int width) {
    if (tensor.shape().length != 3 || tensor.shape()[0] != channels) {
      String allowed = "c y x with " + channels + " channels";
      throw Channels.lacking(settings.output, tensor, "asks for", allowed, counted);
    }
    Tensor cells = GridTensors.onGrid(tensor, settings.grid, height, width);
    return new PolygonSuppression(settings, tracer(), cells, height, width).labels();
  }

  /** Pixels in 1/256 pixel: {@code floor(256·v + 1/2)}, NaN is 0. */
  static long fixedPoint(float value, double least) {
    double near = Float.isNaN(value) ? 0 : Math.min(Math.max(value, least), PolygonSuppression.FAR);
    return (long) Math.floor(near * PolygonSuppression.UNIT + 0.5);
  }
}
