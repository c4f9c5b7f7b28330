package deepbacs.zoo.zooconfig;

import java.util.List;

/**
 * Probability of foreground, cut where cells touch by a watershed of the distance to the rim.
 *
 * <p>The threshold is compared as float with a float32 tensor, sizes are in pixels.
 */
public final class Foreground implements Decoding {

  /** The id of the output tensor. */
  public final String output;
  /** The one that holds the probability of foreground. */
  public final int channel;
  /** A foreground pixel has a probability of at least this. */
  public final double threshold;
  /** Two parts stay one object where the neck between them is at least this share of the width. */
  public final double splitRatio;
  /** Parts of fewer pixels are no objects of their own. */
  public final int minSeed;
  /** Smaller objects are dropped. */
  public final int minSize;
  /** Higher levels, ascending, at which foreground that is not convex is split. */
  public final List<Double> splitLevels;
  /** Least share of its convex hull that the foreground of one object fills. */
  public final double convexity;
  /** Connected foreground has a pixel with a probability of at least this. */
  public final double peakThreshold;

  Foreground(Fields fields) {
    output =
        fields.output(
            "output",
            "channel",
            "threshold",
            "split_ratio",
            "min_seed",
            "min_size",
            "split_levels",
            "convexity",
            "peak_threshold");
    channel = fields.whole("channel", 0, 0);
    threshold = fields.fraction("threshold", 0.5);
    splitRatio = fields.fraction("split_ratio", 0.75);
    minSeed = fields.whole("min_seed", 0, 5);
    minSize = fields.whole("min_size", 0, 20);
    splitLevels = fields.ascending("split_levels");
    convexity = fields.fraction("convexity", 0.85);
    peakThreshold = fields.fractionOrZero("peak_threshold");
  }

  @Override
  public String output() {
    return output;
  }
}
