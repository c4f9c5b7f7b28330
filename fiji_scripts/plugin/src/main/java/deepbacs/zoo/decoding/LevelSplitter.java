package deepbacs.zoo.decoding;

import java.util.List;

/**
 * Components of a probability map, split at higher levels where their shape is that of several.
 *
 * <p>{@code deepbacs_zoo/decoding/levels.py} states the rules, which give the same labels here.
 */
final class LevelSplitter {

  private final List<Double> levels;
  private final double convexity;
  private final int smallest;

  /**
   * Prepares for the settings of a decoding.
   *
   * @param levels ascending; none for components as they are
   * @param convexity least share of the hull that a whole component fills
   * @param smallest pixels of a part, at least
   */
  LevelSplitter(List<Double> levels, double convexity, int smallest) {
    this.levels = levels;
    this.convexity = convexity;
    this.smallest = smallest;
  }

  /**
   * Splits the components of a plane.
   *
   * @param threshold of the pixels of a component
   * @param peak of one of them at least
   * @return components and their parts, numbered by their first pixel
   */
  int[] split(float[] plane, int width, double threshold, double peak) {
    boolean[] mask = atLeast(plane, threshold);
    Components components = new Components(mask, width);
    if (dropLow(mask, components, atLeast(plane, peak))) {
      components = new Components(mask, width);
    }
    if (levels.isEmpty()) {
      return components.labels;
    }
    LevelTree tree = new LevelTree(components, width, convexity, smallest);
    for (double level : levels) {
      if ((float) level > (float) threshold && tree.isOpen()) {
        tree.split(plane, (float) level);
      }
    }
    if (tree.size() == components.count()) {
      return components.labels;
    }
    int[] labels = Numbering.relabelSequential(tree.labels());
    Growth.grow(labels, mask, width, Integer.MAX_VALUE);
    return Numbering.relabelSequential(labels);
  }

  private static boolean[] atLeast(float[] plane, double level) {
    boolean[] mask = new boolean[plane.length];
    for (int pixel = 0; pixel < plane.length; pixel++) {
      // Comparisons with NaN are false, here as in NumPy.
      mask[pixel] = plane[pixel] >= (float) level;
    }
    return mask;
  }

  /** Takes components without a high pixel out of the mask; says whether there was one. */
  private static boolean dropLow(boolean[] mask, Components components, boolean[] high) {
    boolean[] isHigh = new boolean[components.count() + 1];
    for (int pixel = 0; pixel < high.length; pixel++) {
      isHigh[components.labels[pixel]] |= high[pixel];
    }
    boolean dropped = false;
    for (int pixel = 0; pixel < mask.length; pixel++) {
      if (mask[pixel] && !isHigh[components.labels[pixel]]) {
        mask[pixel] = false;
        dropped = true;
      }
    }
    return dropped;
  }
}
