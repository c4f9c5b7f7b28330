package deepbacs.zoo.results;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Outlines of labels as polygons.
 *
 * <p>The outline runs along the outer edges of the pixels, on integer corner coordinates, with the
 * object on its right hand, as ImageJ's wand traces it: filling it gives exactly the object's
 * pixels. A label of several 4-connected parts has one outline for each part; holes are not part of
 * the outline.
 */
public final class Outlines {

  // Right, down, left, up, along pixel edges.
  private static final int[] STEP_X = {1, 0, -1, 0};
  private static final int[] STEP_Y = {0, 1, 0, -1};
  // The pixel on the left and on the right hand ahead of a corner.
  private static final int[] LEFT_X = {0, 0, -1, -1};
  private static final int[] LEFT_Y = {-1, 0, 0, -1};
  private static final int[] RIGHT_X = {0, -1, -1, 0};
  private static final int[] RIGHT_Y = {0, 0, -1, -1};

  private final int[] labels;
  private final int height;
  private final int width;

  private Outlines(int[] labels, int height, int width) {
    this.labels = labels;
    this.height = height;
    this.width = width;
  }

  /** A closed polygon; its first corner is not repeated. */
  public static final class Outline {
    public final int label;
    /** Corners, in pixels from the top left corner of the image. */
    public final int[] x;

    public final int[] y;

    Outline(int label, int[] x, int[] y) {
      this.label = label;
      this.x = x;
      this.y = y;
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
        fill(pixel, seen, stack);
        found.add(walk(pixel));
      }
    }
    // The sort is stable: parts of a label stay in the order of their first pixels.
    found.sort(Comparator.comparingInt(outline -> outline.label));
    return found;
  }

  /** Marks all pixels that are 4-connected to this one. */
  private void fill(int start, boolean[] seen, int[] stack) {
    seen[start] = true;
    stack[0] = start;
    int size = 1;
    while (size > 0) {
      int pixel = stack[--size];
      int x = pixel % width;
      int y = pixel / width;
      for (int side = 0; side < STEP_X.length; side++) {
        int nextX = x + STEP_X[side];
        int nextY = y + STEP_Y[side];
        int next = nextY * width + nextX;
        if (has(nextX, nextY, labels[start]) && !seen[next]) {
          seen[next] = true;
          stack[size++] = next;
        }
      }
    }
  }

  /**
   * Walks around a 4-connected object, from the top left corner of its first pixel.
   *
   * <p>It turns left at once where both pixels ahead are inside, right where none is; where the
   * object touches itself (or another part of its label) only at a corner it is not connected
   * there, so the walk turns right.
   */
  private Outline walk(int first) {
    int label = labels[first];
    int startX = first % width;
    int startY = first / width;
    int[] cornersX = new int[16];
    int[] cornersY = new int[16];
    int count = 0;
    int x = startX;
    int y = startY;
    int direction = 0;
    do {
      boolean left = has(x + LEFT_X[direction], y + LEFT_Y[direction], label);
      boolean right = has(x + RIGHT_X[direction], y + RIGHT_Y[direction], label);
      int turn = right ? (left ? -1 : 0) : 1;
      if (turn != 0 || count == 0) {
        if (count == cornersX.length) {
          cornersX = Arrays.copyOf(cornersX, 2 * count);
          cornersY = Arrays.copyOf(cornersY, 2 * count);
        }
        cornersX[count] = x;
        cornersY[count++] = y;
      }
      direction = (direction + turn + STEP_X.length) % STEP_X.length;
      x += STEP_X[direction];
      y += STEP_Y[direction];
    } while (x != startX || y != startY);
    return new Outline(label, Arrays.copyOf(cornersX, count), Arrays.copyOf(cornersY, count));
  }

  private boolean has(int x, int y, int label) {
    return x >= 0 && y >= 0 && x < width && y < height && labels[y * width + x] == label;
  }
}
