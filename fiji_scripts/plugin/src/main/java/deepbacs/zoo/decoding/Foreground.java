package deepbacs.zoo.decoding;

import deepbacs.zoo.tensors.Tensor;

/**
 * Probability of foreground, cut where cells touch by a watershed of the distance to the rim.
 *
 * <p>{@code deepbacs_zoo/decoding/foreground.py} states the rules, which give the same labels here.
 */
public final class Foreground implements LabelDecoding {

  /** The id of the output tensor. */
  public final String output;
  /** The one that holds the probability of foreground. */
  public final int channel;
  /** A foreground pixel has a probability of at least this. */
  public final double threshold;
  /** Two parts stay one object where the neck between them is at least this share of the width. */
  public final double neck;
  /** Parts of fewer pixels are no objects of their own. */
  public final int minSeed;
  /** Smaller objects are dropped. */
  public final int minSize;

  Foreground(DecodeConfig block) {
    output = block.output("output", "channel", "threshold", "neck", "min_seed", "min_size");
    channel = block.whole("channel", 0, 0);
    threshold = block.fraction("threshold", 0.5);
    neck = block.fraction("neck", 0.75);
    minSeed = block.whole("min_seed", 0, 5);
    minSize = block.whole("min_size", 0, 20);
  }

  @Override
  public String output() {
    return output;
  }

  /** Decodes one plane, at the size of the tensor; comparisons with NaN are false. */
  @Override
  public int[] decode(Tensor probabilities, int height, int width) {
    int[] shape = probabilities.shape();
    if (shape.length != 3 || shape[0] <= channel) {
      String allowed = "c y x with at least " + (1L + channel) + " channels";
      throw DecodeConfig.lacking(output, probabilities, "names", allowed, "the channel");
    }
    int plane = shape[1] * shape[2];
    float least = (float) threshold;
    boolean[] mask = new boolean[plane];
    for (int pixel = 0; pixel < plane; pixel++) {
      mask[pixel] = (float) probabilities.get(channel * plane + pixel) >= least;
    }
    int[] labels = new Watershed(mask, shape[2]).joined(neck, minSeed);
    Labels.dropSmall(labels, minSize);
    return Labels.numbered(labels);
  }
}
