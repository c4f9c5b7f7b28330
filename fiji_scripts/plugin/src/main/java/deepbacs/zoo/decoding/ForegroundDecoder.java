package deepbacs.zoo.decoding;

import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.zooconfig.Foreground;

/**
 * Probability of foreground to instances, bit for bit as in Python.
 *
 * <p>{@code deepbacs_zoo/decoding/foreground.py} states the rules, which give the same labels here.
 */
final class ForegroundDecoder extends LabelDecoder {

  private final Foreground settings;

  ForegroundDecoder(Foreground settings) {
    this.settings = settings;
  }

  /** Decodes one plane, at the size of the tensor; comparisons with NaN are false. */
  @Override
  public int[] decode(Tensor probabilities, int height, int width) {
    int[] shape = probabilities.shape();
    int channel = settings.channel;
    if (shape.length != 3 || shape[0] <= channel) {
      String allowed = "c y x with at least " + (1L + channel) + " channels";
      throw Channels.lacking(settings.output, probabilities, "names", allowed, "the channel");
    }
    LevelSplitter splitter =
        new LevelSplitter(settings.splitLevels, settings.convexity, settings.minSize);
    float[] plane = Channels.plane(probabilities, channel);
    int[] regions = splitter.split(plane, shape[2], settings.threshold, settings.peakThreshold);
    int[] labels =
        new Watershed(regions, shape[2]).joined(settings.splitRatio, settings.minSeed);
    Numbering.dropSmall(labels, settings.minSize);
    return Numbering.relabelSequential(labels);
  }
}
