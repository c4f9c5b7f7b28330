package deepbacs.zoo.decoding;

import deepbacs.zoo.tensors.Tensor;

/**
 * Probabilities of background, interior and boundary, decoded to instances: the typed {@code
 * decode} block of {@code config.deepbacs_zoo}.
 *
 * <p>The thresholds are compared as float with a float32 tensor. Channels are indices along {@code
 * c}, sizes are in pixels.
 */
public final class Multilabel implements LabelDecoding {

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
  public final int maxGrowth;

  Multilabel(DecodeConfig block) {
    output =
        block.output(
            "output",
            "background",
            "interior",
            "boundary",
            "seed_threshold",
            "foreground_threshold",
            "min_seed",
            "min_size",
            "max_growth");
    background = block.whole("background", 0, 0);
    interior = block.whole("interior", 0, 1);
    boundary = block.whole("boundary", 0, 2);
    seedThreshold = block.fraction("seed_threshold", 0.5);
    foregroundThreshold = block.fraction("foreground_threshold", 0.5);
    minSeed = block.whole("min_seed", 0, 5);
    minSize = block.whole("min_size", 0, 20);
    maxGrowth = block.whole("max_growth", 0, 6);
    if (background == interior || background == boundary || interior == boundary) {
      String channels = background + ", " + interior + ", " + boundary;
      throw DecodeConfig.wrong(
          DecodeConfig.WHERE, "(" + channels + ")", "three different channels");
    }
  }

  @Override
  public String output() {
    return output;
  }

  /**
   * Decodes one plane, at the size of the tensor.
   *
   * @param probabilities {@code c y x}, 0 to 1, taken as float32. Comparisons with NaN are false:
   *     such a pixel is neither seed nor foreground
   */
  @Override
  public int[] decode(Tensor probabilities, int height, int width) {
    int[] shape = probabilities.shape();
    long channels = 1L + Math.max(background, Math.max(interior, boundary));
    if (shape.length != 3 || shape[0] < channels) {
      String allowed = "c y x with at least " + channels + " channels";
      throw DecodeConfig.lacking(output, probabilities, "names", allowed, "the channel indices");
    }
    return new MultilabelDecoder(this, shape[1], shape[2]).decode(probabilities);
  }
}
