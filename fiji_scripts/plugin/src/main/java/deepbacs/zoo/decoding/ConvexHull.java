package deepbacs.zoo.decoding;

import java.util.Arrays;

/**
 * The convex hull of a component, counted in whole pixels.
 *
 * <p>Pixels in it are those whose centres are in the smallest convex polygon around all centres of
 * the component, or on its edge: by Pick's theorem area + edge / 2 + 1.
 */
final class ConvexHull {

  private final int[] firsts;
  private final int[] lasts;
  private final int top;

  private ConvexHull(Components components, int number, int width) {
    int area = components.area(number);
    top = components.pixel(number, 0) / width;
    int bottom = top;
    for (int index = 0; index < area; index++) {
      bottom = Math.max(bottom, components.pixel(number, index) / width);
    }
    firsts = new int[bottom - top + 1];
    lasts = new int[firsts.length];
    Arrays.fill(firsts, width);
    for (int index = 0; index < area; index++) {
      int pixel = components.pixel(number, index);
      int row = pixel / width - top;
      firsts[row] = Math.min(firsts[row], pixel % width);
      lasts[row] = Math.max(lasts[row], pixel % width);
    }
  }

  /** How many pixels the hull of a component has. */
  static long pixels(Components components, int number, int width) {
    return new ConvexHull(components, number, width).pixels();
  }

  private long pixels() {
    int bottom = firsts.length - 1;
    long edge = (long) lasts[0] - firsts[0] + lasts[bottom] - firsts[bottom];
    long twiceArea = 0;
    for (int side = -1; side <= 1; side += 2) {
      int[] columns = side < 0 ? firsts : lasts;
      int[] rows = corners(columns, side);
      for (int index = 1; index < rows.length; index++) {
        int height = rows[index] - rows[index - 1];
        int from = columns[rows[index - 1]];
        int to = columns[rows[index]];
        // Trapezoids between a side and column 0; along the first and the last row there is none.
        twiceArea += side * ((long) from + to) * height;
        edge += greatestDivisor(height, Math.abs(to - from));
      }
    }
    return (twiceArea + edge) / 2 + 1;
  }

  /** The rows of the corners of a side of the hull, -1 for the left one. */
  private static int[] corners(int[] columns, int side) {
    int[] rows = new int[columns.length];
    int count = 0;
    for (int row = 0; row < columns.length; row++) {
      while (count > 1 && !isCorner(columns, rows[count - 2], rows[count - 1], row, side)) {
        count--;
      }
      rows[count++] = row;
    }
    return Arrays.copyOf(rows, count);
  }

  private static boolean isCorner(int[] columns, int above, int row, int below, int side) {
    long here = (long) (row - above) * (columns[below] - columns[above]);
    long straight = (long) (columns[row] - columns[above]) * (below - above);
    return side * (straight - here) > 0;
  }

  private static int greatestDivisor(int one, int other) {
    int larger = one;
    int smaller = other;
    while (smaller != 0) {
      int rest = larger % smaller;
      larger = smaller;
      smaller = rest;
    }
    return larger;
  }
}
