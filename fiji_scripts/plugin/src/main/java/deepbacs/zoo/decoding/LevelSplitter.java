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

  /** The components of pixels of at least a threshold, numbered by their first pixel. */
  int[] split(float[] plane, int width, double threshold) {
    boolean[] mask = new boolean[plane.length];
    for (int pixel = 0; pixel < plane.length; pixel++) {
      // Comparisons with NaN are false, here as in NumPy.
      mask[pixel] = plane[pixel] >= (float) threshold;
    }
    Components components = new Components(mask, width);
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
}
