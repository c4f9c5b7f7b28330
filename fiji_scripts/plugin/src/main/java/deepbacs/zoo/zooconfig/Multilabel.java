package deepbacs.zoo.zooconfig;

import java.util.List;

/**
 * Probabilities of background, interior and boundary, decoded to instances.
 *
 * <p>The thresholds are compared as float with a float32 tensor. Channels are indices along {@code
 * c}, sizes are in pixels.
 */
public final class Multilabel implements Decoding {

  /** The id of the output tensor, which holds probabilities. */
  public final String output;

  public final int background;
  public final int interior;
  public final int boundary;
  /** A seed pixel has P(interior) of at least this. */
  public final double seedThreshold;
  /** The pixel of an object has P(background) below 1 minus this. */
  public final double foregroundThreshold;
  /** Smaller seeds are dropped. */
  public final int minSeed;
  /** Smaller objects are dropped. */
  public final int minSize;
  /** Pixels that a seed grows at most. */
  public final int maxDilation;
  /** Higher levels of P(interior), ascending, at which a seed that is not convex is split. */
  public final List<Double> splitLevels;
  /** Least share of its convex hull that a seed of one object fills. */
  public final double convexity;
  /** A seed has a pixel of P(interior) of at least this. */
  public final double peakThreshold;

  Multilabel(Fields fields) {
    output =
        fields.output(
            "output",
            "background",
            "interior",
            "boundary",
            "seed_threshold",
            "foreground_threshold",
            "min_seed",
            "min_size",
            "max_dilation",
            "split_levels",
            "convexity",
            "peak_threshold");
    background = fields.whole("background", 0, 0);
    interior = fields.whole("interior", 0, 1);
    boundary = fields.whole("boundary", 0, 2);
    seedThreshold = fields.fraction("seed_threshold", 0.5);
    foregroundThreshold = fields.fraction("foreground_threshold", 0.5);
    minSeed = fields.whole("min_seed", 0, 5);
    minSize = fields.whole("min_size", 0, 20);
    maxDilation = fields.whole("max_dilation", 0, 6);
    splitLevels = fields.ascending("split_levels");
    convexity = fields.fraction("convexity", 0.85);
    peakThreshold = fields.fractionOrZero("peak_threshold");
    if (background == interior || background == boundary || interior == boundary) {
      String channels = background + ", " + interior + ", " + boundary;
      throw Fields.wrong(Fields.WHERE, "(" + channels + ")", "three different channels");
    }
  }

  @Override
  public String output() {
    return output;
  }
}
