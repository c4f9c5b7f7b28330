package deepbacs.zoo.decoding;

import java.util.Arrays;

/**
 * The pixels inside a polygon, whose corners are whole numbers of 1/256 pixel.
 *
 * <p>The pixel (y, x) is inside where the winding number around (256·y, 256·x) is not 0; points on
 * an edge belong to the side of larger x, on a horizontal edge to the side of larger y.
 */
final class PolygonMask {

  private int[] pixels = new int[64];
  private int area;

  PolygonMask(long[] ys, long[] xs, int height, int width) {
    int top = bound(least(ys), height);
    int bottom = bound(most(ys), height);
    int left = bound(least(xs), width);
    int right = bound(most(xs), width);
    if (top >= bottom || left >= right) {
      return;
    }
    // Where the winding number changes, row by row; the last column is beyond the box.
    int columns = right - left + 1;
    int[] steps = new int[(bottom - top) * columns];
    for (int from = 0; from < ys.length; from++) {
      int to = from + 1 < ys.length ? from + 1 : 0;
      long down = ys[to] - ys[from];
      // Every edge with its lower corner, without its upper one: each corner is counted once.
      int first = Math.max(bound(Math.min(ys[from], ys[to]), height), top);
      int end = Math.min(bound(Math.max(ys[from], ys[to]), height), bottom);
      int sign = Long.signum(down);
      for (int row = first; row < end; row++) {
        long across = (PolygonSuppression.UNIT * row - ys[from]) * (xs[to] - xs[from]);
        long crossing = sign * (xs[from] * down + across);
        long column = above(crossing, PolygonSuppression.UNIT * Math.abs(down)) - left;
        column = Math.min(Math.max(column, 0), columns - 1);
        steps[(row - top) * columns + (int) column] += sign;
      }
    }
    for (int row = top; row < bottom; row++) {
      int winding = 0;
      for (int column = left; column < right; column++) {
        winding += steps[(row - top) * columns + column - left];
        if (winding != 0) {
          add(row * width + column);
        }
      }
    }
  }

  int area() {
    return area;
  }

  /** Their indices in the image, in raster order. */
  int[] pixels() {
    if (pixels.length != area) {
      pixels = Arrays.copyOf(pixels, area);
    }
    return pixels;
  }

  private void add(int pixel) {
    if (area == pixels.length) {
      pixels = Arrays.copyOf(pixels, 2 * area);
    }
    pixels[area++] = pixel;
  }

  /** The first pixel at or behind a coordinate, within the image. */
  private static int bound(long coordinate, int length) {
    return (int) Math.min(Math.max(above(coordinate, PolygonSuppression.UNIT), 0), length);
  }

  private static long above(long value, long divisor) {
    return -Math.floorDiv(-value, divisor);
  }

  private static long least(long[] values) {
    return Arrays.stream(values).min().orElse(0);
  }

  private static long most(long[] values) {
    return Arrays.stream(values).max().orElse(0);
  }
}
