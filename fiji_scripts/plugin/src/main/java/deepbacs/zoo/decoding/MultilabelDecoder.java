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
 *       form a seed; seeds smaller than {@code minSeed} pixels are dropped, the others numbered in
 *       raster order.
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
  private int width;

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
    width = shape[2];
    int plane = shape[1] * width;
    float threshold = (float) settings.seedThreshold;
    float below = 1f - (float) settings.foregroundThreshold;
    boolean[] seeds = new boolean[plane];
    boolean[] foreground = new boolean[plane];
    for (int pixel = 0; pixel < plane; pixel++) {
      // Comparisons with NaN are false, here as in NumPy.
      seeds[pixel] = (float) probabilities.get(settings.interior * plane + pixel) >= threshold;
      foreground[pixel] = (float) probabilities.get(settings.background * plane + pixel) < below;
    }
    int[] labels = components(seeds);
    Numbering.dropSmall(labels, settings.minSeed);
    grow(labels, foreground);
    Numbering.dropSmall(labels, settings.minSize);
    return Numbering.relabelSequential(labels);
  }

  /** Gives 4-connected components the numbers 1 to n by their first pixel in raster order. */
  private int[] components(boolean[] mask) {
    int[] labels = new int[mask.length];
    int[] stack = new int[mask.length];
    int count = 0;
    for (int start = 0; start < mask.length; start++) {
      if (!mask[start] || labels[start] != 0) {
        continue;
      }
      labels[start] = ++count;
      stack[0] = start;
      int size = 1;
      while (size > 0) {
        int pixel = stack[--size];
        int x = pixel % width;
        if (x > 0) {
          size = visit(pixel - 1, count, mask, labels, stack, size);
        }
        if (x < width - 1) {
          size = visit(pixel + 1, count, mask, labels, stack, size);
        }
        if (pixel >= width) {
          size = visit(pixel - width, count, mask, labels, stack, size);
        }
        if (pixel < mask.length - width) {
          size = visit(pixel + width, count, mask, labels, stack, size);
        }
      }
    }
    return labels;
  }

  private static int visit(
      int pixel, int label, boolean[] mask, int[] labels, int[] stack, int size) {
    if (!mask[pixel] || labels[pixel] != 0) {
      return size;
    }
    labels[pixel] = label;
    stack[size] = pixel;
    return size + 1;
  }

  /** Grows all labels over free foreground, one pixel a wave. */
  private void grow(int[] labels, boolean[] foreground) {
    int[] open = new int[labels.length];
    int count = 0;
    for (int pixel = 0; pixel < labels.length; pixel++) {
      if (foreground[pixel] && labels[pixel] == 0) {
        open[count++] = pixel;
      }
    }
    int[] best = new int[count];
    for (int wave = 0; wave < settings.maxDilation; wave++) {
      boolean any = false;
      for (int i = 0; i < count; i++) {
        best[i] = smallestNeighbour(labels, open[i]);
        any |= best[i] != 0;
      }
      if (!any) {
        return;
      }
      int left = 0;
      for (int i = 0; i < count; i++) {
        if (best[i] != 0) {
          labels[open[i]] = best[i];
        } else {
          open[left++] = open[i];
        }
      }
      count = left;
    }
  }

  /** The smallest label of the 4-neighbours, 0 if none has one. */
  private int smallestNeighbour(int[] labels, int pixel) {
    int x = pixel % width;
    int best = 0;
    if (x > 0) {
      best = smaller(best, labels[pixel - 1]);
    }
    if (x < width - 1) {
      best = smaller(best, labels[pixel + 1]);
    }
    if (pixel >= width) {
      best = smaller(best, labels[pixel - width]);
    }
    if (pixel < labels.length - width) {
      best = smaller(best, labels[pixel + width]);
    }
    return best;
  }

  private static int smaller(int best, int label) {
    return label != 0 && (best == 0 || label < best) ? label : best;
  }
}
