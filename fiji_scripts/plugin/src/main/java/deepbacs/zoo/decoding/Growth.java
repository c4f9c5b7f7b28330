package deepbacs.zoo.decoding;

/**
 * Growth of all labels over free pixels, one pixel a wave.
 *
 * <p>In one wave every free pixel with labelled 4-neighbours takes the smallest of their labels, all
 * at once.
 */
final class Growth {

  private final int[] labels;
  private final int width;
  /** Free pixels that are in no wave yet. */
  private final boolean[] open;

  private IntList wave = new IntList();

  private Growth(int[] labels, boolean[] free, int width) {
    this.labels = labels;
    this.width = width;
    open = new boolean[labels.length];
    for (int pixel = 0; pixel < labels.length; pixel++) {
      open[pixel] = free[pixel] && labels[pixel] == 0;
    }
  }

  /**
   * Lets labels grow in their place; pixels with a label stay as they are.
   *
   * @param waves at most so many
   */
  static void grow(int[] labels, boolean[] free, int width, int waves) {
    if (waves > 0) {
      new Growth(labels, free, width).grow(waves);
    }
  }

  private void grow(int waves) {
    for (int pixel = 0; pixel < labels.length; pixel++) {
      if (labels[pixel] != 0) {
        openBeside(pixel);
      }
    }
    for (int count = 1; wave.size() > 0; count++) {
      IntList reached = wave;
      int[] best = new int[reached.size()];
      for (int index = 0; index < best.length; index++) {
        best[index] = smallestBeside(reached.get(index));
      }
      for (int index = 0; index < best.length; index++) {
        labels[reached.get(index)] = best[index];
      }
      if (count == waves) {
        return;
      }
      // The next wave is beside this one.
      wave = new IntList();
      for (int index = 0; index < best.length; index++) {
        openBeside(reached.get(index));
      }
    }
  }

  private void openBeside(int pixel) {
    int x = pixel % width;
    if (x > 0) {
      take(pixel - 1);
    }
    if (x < width - 1) {
      take(pixel + 1);
    }
    if (pixel >= width) {
      take(pixel - width);
    }
    if (pixel < labels.length - width) {
      take(pixel + width);
    }
  }

  private void take(int pixel) {
    if (open[pixel]) {
      open[pixel] = false;
      wave.add(pixel);
    }
  }

  /** The smallest label of the 4-neighbours, 0 if none has one. */
  private int smallestBeside(int pixel) {
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
