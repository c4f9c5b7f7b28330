package deepbacs.zoo.decoding;

import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.zooconfig.Polygons;
import java.util.Arrays;

/**
 * From scored polygons to labels, bit for bit as in Python: the best first, overlapping ones
 * dropped.
 *
 * <p>Only whole numbers and comparisons of float values decide; {@code
 * deepbacs_zoo/decoding/polygons.py} states the rules.
 */
final class PolygonSuppression {

  /** Parts of a pixel that coordinates are counted in. */
  static final long UNIT = 256;
  /** Pixels that a corner is away at most. */
  static final double FAR = 65536;

  private final Polygons settings;
  private final PolygonDecoder.Tracer tracer;
  private final Tensor tensor;
  private final int height;
  private final int width;
  private final int[] labels;
  /** Area of the polygon of each object; object 0 is none. */
  private int[] areas = new int[64];

  private int objects;

  PolygonSuppression(
      Polygons settings, PolygonDecoder.Tracer tracer, Tensor tensor, int height, int width) {
    this.settings = settings;
    this.tracer = tracer;
    this.tensor = tensor;
    this.height = height;
    this.width = width;
    this.labels = new int[height * width];
  }

  int[] labels() {
    int columns = tensor.shape()[2];
    int plane = tensor.shape()[1] * columns;
    float[] values = new float[tensor.shape()[0] - 1];
    long[] ys = new long[tracer.corners()];
    long[] xs = new long[tracer.corners()];
    for (long key : candidates()) {
      int index = (int) key;
      int y = index / columns * settings.grid;
      int x = index % columns * settings.grid;
      if (labels[y * width + x] != 0) {
        continue;
      }
      for (int channel = 0; channel < values.length; channel++) {
        values[channel] = (float) tensor.get((channel + 1) * plane + index);
      }
      tracer.trace(values, ys, xs);
      for (int corner = 0; corner < ys.length; corner++) {
        ys[corner] += UNIT * y;
        xs[corner] += UNIT * x;
      }
      add(new PolygonMask(ys, xs, height, width));
    }
    return Numbering.relabelSequential(labels);
  }

  /**
   * Sorted keys of the candidates, the best first: the index in the tensor's plane stands in the
   * lower half, and in the upper one the probability, whose bits are ordered as it is.
   */
  private long[] candidates() {
    int rows = tensor.shape()[1];
    int columns = tensor.shape()[2];
    float threshold = (float) settings.probabilityThreshold;
    long[] keys = new long[rows * columns];
    int count = 0;
    for (int row = 0; row < rows && (long) row * settings.grid < height; row++) {
      for (int column = 0; column < columns && (long) column * settings.grid < width; column++) {
        int index = row * columns + column;
        float probability = (float) tensor.get(index) + 0f; // -0 is 0
        // Comparisons with NaN are false, here as in NumPy.
        if (probability >= threshold) {
          long falling = Integer.MAX_VALUE - Float.floatToIntBits(probability);
          keys[count++] = falling << 32 | index;
        }
      }
    }
    keys = Arrays.copyOf(keys, count);
    Arrays.sort(keys);
    return keys;
  }

  /** Paints a polygon unless it is one object too many. */
  private void add(PolygonMask mask) {
    int[] below = new int[mask.area()];
    int free = 0;
    int taken = 0;
    for (int pixel : mask.pixels()) {
      if (labels[pixel] == 0) {
        free++;
      } else {
        below[taken++] = labels[pixel];
      }
    }
    if (free < Math.max(settings.minSize, 1)) {
      return;
    }
    Arrays.sort(below, 0, taken);
    for (int start = 0, end; start < taken; start = end) {
      for (end = start; end < taken && below[end] == below[start]; end++) {
        continue;
      }
      int smaller = Math.min(mask.area(), areas[below[start]]);
      if (end - start > settings.nmsThreshold * smaller) {
        return;
      }
    }
    if (++objects == areas.length) {
      areas = Arrays.copyOf(areas, 2 * areas.length);
    }
    areas[objects] = mask.area();
    for (int pixel : mask.pixels()) {
      if (labels[pixel] == 0) {
        labels[pixel] = objects;
      }
    }
  }
}
