package deepbacs.zoo.decoding;

import java.util.Arrays;

/**
 * The squared Euclidean distance of every pixel to the nearest background pixel, exact.
 *
 * <p>Meijster, Roerdink and Hesselink 2000, https://doi.org/10.1007/0-306-47025-X_36: down the
 * columns first, then along the rows, over the lower envelope of parabolas.
 */
final class SquaredDistance {

  private static final long NONE = -1;

  private final long[] values;
  private final int width;
  /** Columns whose parabolas make the envelope of a row, and where each begins. */
  private final int[] columns;

  private final int[] begins;

  private SquaredDistance(boolean[] mask, int width) {
    this.values = new long[mask.length];
    this.width = width;
    this.columns = new int[width];
    this.begins = new int[width];
    for (int column = 0; column < width; column++) {
      alongColumn(mask, column);
    }
    for (int start = 0; start < mask.length; start += width) {
      alongRow(start);
    }
  }

  /** Row by row; 0 is background; all 1 where there is no background. */
  static long[] of(boolean[] mask, int width) {
    boolean all = true;
    for (boolean inside : mask) {
      all &= inside;
    }
    if (all) {
      long[] ones = new long[mask.length];
      Arrays.fill(ones, 1);
      return ones;
    }
    return new SquaredDistance(mask, width).values;
  }

  /** Squares of the distance within a column, {@link #NONE} where it has no background. */
  private void alongColumn(boolean[] mask, int column) {
    long away = NONE;
    for (int pixel = column; pixel < mask.length; pixel += width) {
      away = !mask[pixel] ? 0 : away == NONE ? NONE : away + 1;
      values[pixel] = away;
    }
    away = NONE;
    for (int pixel = mask.length - width + column; pixel >= 0; pixel -= width) {
      away = !mask[pixel] ? 0 : away == NONE ? NONE : away + 1;
      if (away != NONE && (values[pixel] == NONE || away < values[pixel])) {
        values[pixel] = away;
      }
      values[pixel] *= Math.abs(values[pixel]); // NONE stays what it is
    }
  }

  private void alongRow(int start) {
    long[] squares = Arrays.copyOfRange(values, start, start + width);
    int last = -1;
    for (int column = 0; column < width; column++) {
      if (squares[column] == NONE) {
        continue;
      }
      while (last >= 0
          && at(squares, columns[last], begins[last]) > at(squares, column, begins[last])) {
        last--;
      }
      long begin = 0;
      if (last >= 0) {
        long here = (long) column * column + squares[column];
        long before = (long) columns[last] * columns[last] + squares[columns[last]];
        begin = 1 + Math.floorDiv(here - before, 2L * (column - columns[last]));
      }
      if (begin < width) {
        last++;
        columns[last] = column;
        begins[last] = (int) begin;
      }
    }
    for (int column = width - 1; column >= 0; column--) {
      values[start + column] = at(squares, columns[last], column);
      if (column == begins[last]) {
        last--;
      }
    }
  }

  private static long at(long[] squares, int column, int place) {
    long across = place - column;
    return across * across + squares[column];
  }
}
