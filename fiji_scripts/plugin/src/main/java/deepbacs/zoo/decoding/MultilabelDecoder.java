package deepbacs.zoo.decoding;

import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.zooconfig.Multilabel;

/**
 * Background, interior and boundary to instances, bit for bit as in Python.
 *
 * <p>Only comparisons of float values decide, and every tie has a rule:
 *
 * <ol>
 *   <li>Seed pixels have P(interior) of at least {@code seedThreshold}; 4-connected seed pixels
 *       form a seed if one of them has P(interior) of at least {@code peakThreshold}. It is split at
 *       {@code splitLevels} where it is not convex (parts have {@code minSize} pixels); seeds
 *       smaller than {@code minSeed} pixels are dropped, the others numbered in raster order.
 *   <li>An object's pixels are its seed, whatever P(background) says there, and pixels with
 *       P(background) below 1 - {@code foregroundThreshold} that it grows over in waves. In one
 *       wave every free pixel with labelled 4-neighbours takes the smallest of their labels, all at
 *       once; there are at most {@code maxDilation} waves.
 *   <li>Objects smaller than {@code minSize} pixels are dropped; the others are numbered 1 to n by
 *       their first pixel in raster order.
 * </ol>
 */
final class MultilabelDecoder extends LabelDecoder {

  private final Multilabel settings;

  MultilabelDecoder(Multilabel settings) {
    this.settings = settings;
  }

  /**
   * Decodes one plane, at the size of the tensor.
   *
   * @param probabilities {@code c y x}, 0 to 1, taken as float32. Comparisons with NaN are false:
   *     such a pixel is neither seed nor foreground
   */
  @Override
  public int[] decode(Tensor probabilities, int imageHeight, int imageWidth) {
    int[] shape = probabilities.shape();
    int last = Math.max(settings.background, Math.max(settings.interior, settings.boundary));
    if (shape.length != 3 || shape[0] < 1L + last) {
      String allowed = "c y x with at least " + (1L + last) + " channels";
      String fields = "the channel indices";
      throw Channels.lacking(settings.output, probabilities, "names", allowed, fields);
    }
    int width = shape[2];
    int plane = shape[1] * width;
    float below = 1f - (float) settings.foregroundThreshold;
    boolean[] foreground = new boolean[plane];
    for (int pixel = 0; pixel < plane; pixel++) {
      // Comparisons with NaN are false, here as in NumPy.
      foreground[pixel] = (float) probabilities.get(settings.background * plane + pixel) < below;
    }
    LevelSplitter splitter =
        new LevelSplitter(settings.splitLevels, settings.convexity, settings.minSize);
    float[] interior = Channels.plane(probabilities, settings.interior);
    int[] labels = splitter.split(interior, width, settings.seedThreshold, settings.peakThreshold);
    Numbering.dropSmall(labels, settings.minSeed);
    Growth.grow(labels, foreground, width, settings.maxDilation);
    Numbering.dropSmall(labels, settings.minSize);
    return Numbering.relabelSequential(labels);
  }
}
