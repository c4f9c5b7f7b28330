package deepbacs.zoo.results;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Outlines of labels as polygons.
 *
 * <p>The outline runs along the edges of the pixels, on integer corner coordinates, as ImageJ's
 * wand traces it: filling it gives exactly the object's pixels. A label of several 4-connected
 * parts has one outline for each part, of its outer ring and those of its holes.
 */
public final class Outlines {

  private static final int[] STEP_X = {1, 0, -1, 0};
  private static final int[] STEP_Y = {0, 1, 0, -1};

  private final int[] labels;
  private final int height;
  private final int width;

  private Outlines(int[] labels, int height, int width) {
    this.labels = labels;
    this.height = height;
    this.width = width;
  }

  /** A closed polygon; its first corner is not repeated. */
  public static final class Ring {
    /** Corners, in pixels from the top left corner of the image. */
    public final int[] x;

    public final int[] y;

    Ring(int[] x, int[] y) {
      this.x = x;
      this.y = y;
    }
  }

  /** The outline of a 4-connected part of a label. */
  public static final class Outline {
    public final int label;

    /** The outer ring, and those of the holes in the order of their first pixels. */
    public final List<Ring> rings;

    Outline(int label, List<Ring> rings) {
      this.label = label;
      this.rings = rings;
    }
  }

  /**
   * Traces every label of a plane.
   *
   * @param labels {@code y x}, row by row; 0 is background
   * @return in the order of labels, parts of one label by their first pixel
   */
  public static List<Outline> trace(int[] labels, int height, int width) {
    return new Outlines(labels, height, width).trace();
  }

  private List<Outline> trace() {
    List<Outline> found = new ArrayList<>();
    boolean[] seen = new boolean[labels.length];
    int[] stack = new int[labels.length];
    for (int pixel = 0; pixel < labels.length; pixel++) {
      if (labels[pixel] > 0 && !seen[pixel]) {
        int count = fill(pixel, seen, stack);
        found.add(new Outline(labels[pixel], PixelShape.of(stack, count, width).rings()));
      }
    }
    // The sort is stable: parts of a label stay in the order of their first pixels.
    found.sort(Comparator.comparingInt(outline -> outline.label));
    return found;
  }

  /** Collects all pixels that are 4-connected to this one, and returns how many there are. */
  private int fill(int start, boolean[] seen, int[] found) {
    seen[start] = true;
    found[0] = start;
    int count = 1;
    for (int done = 0; done < count; done++) {
      int x = found[done] % width;
      int y = found[done] / width;
      for (int side = 0; side < STEP_X.length; side++) {
        int nextX = x + STEP_X[side];
        int nextY = y + STEP_Y[side];
        int next = nextY * width + nextX;
        if (has(nextX, nextY, labels[start]) && !seen[next]) {
          seen[next] = true;
          found[count++] = next;
        }
      }
    }
    return count;
  }

  private boolean has(int x, int y, int label) {
    return x >= 0 && y >= 0 && x < width && y < height && labels[y * width + x] == label;
  }
}
