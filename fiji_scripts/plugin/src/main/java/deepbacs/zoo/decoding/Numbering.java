package deepbacs.zoo.decoding;

import java.util.Arrays;

/** Numbers of labels: without small ones, and from 1 without gaps. */
final class Numbering {

  private Numbering() {}

  /** Sets labels of fewer than {@code smallest} pixels to 0. */
  static void dropSmall(int[] labels, int smallest) {
    int[] sizes = new int[largest(labels) + 1];
    for (int label : labels) {
      sizes[label]++;
    }
    for (int pixel = 0; pixel < labels.length; pixel++) {
      if (sizes[labels[pixel]] < smallest) {
        labels[pixel] = 0;
      }
    }
  }

  /** Gives labels the numbers 1 to n by their first pixel in raster order. */
  static int[] relabelSequential(int[] labels) {
    int[] numbers = new int[largest(labels) + 1];
    int count = 0;
    int[] numbered = new int[labels.length];
    for (int pixel = 0; pixel < labels.length; pixel++) {
      int label = labels[pixel];
      if (label != 0) {
        if (numbers[label] == 0) {
          numbers[label] = ++count;
        }
        numbered[pixel] = numbers[label];
      }
    }
    return numbered;
  }

  private static int largest(int[] labels) {
    return Arrays.stream(labels).max().orElse(0);
  }
}
