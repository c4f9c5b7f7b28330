package deepbacs.zoo.results;

import deepbacs.zoo.images.Calibration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Measures objects: area, length, width, position and orientation, in calibrated units.
 *
 * <p>All follow from integer sums over an object's pixels (number, first and second moments), so
 * that Python gives the same table. Length and width are the axes of the ellipse with the same
 * second moments: with the central moments {@code m = sum((p - centre)^2) / n + 1/12} the axes are
 * {@code 4 * sqrt(eigenvalue)} (Haralick and Shapiro, Computer and Robot Vision I, 1992, appendix
 * A). 1/12 is the moment of one square pixel.
 */
public final class ObjectTable {

  private static final double OF_A_PIXEL = 1.0 / 12;
  private static final double DEGREES = 180.0 / Math.PI;
  private static final double HALF_TURN = 180.0;

  private ObjectTable() {}

  /**
   * One row for each label of a plane, in the order of the numbers, with t and z 0.
   *
   * @param labels {@code y x}, row by row; 0 is background
   * @param calibration size of a pixel; pixels where it is not known
   */
  public static List<ObjectRow> measure(
      int[] labels, int height, int width, Calibration calibration) {
    int largest = Arrays.stream(labels).max().orElse(0);
    Sums[] sums = new Sums[largest + 1];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int label = labels[y * width + x];
        if (label != 0) {
          if (sums[label] == null) {
            sums[label] = new Sums();
          }
          sums[label].add(x, y);
        }
      }
    }
    List<ObjectRow> rows = new ArrayList<>();
    for (int label = 1; label <= largest; label++) {
      if (sums[label] != null) {
        rows.add(row(label, sums[label], calibration));
      }
    }
    return rows;
  }

  /** The rows of all planes, frame by frame and slice by slice. */
  public static List<ObjectRow> measure(LabelStack labels, Calibration calibration) {
    List<ObjectRow> rows = new ArrayList<>();
    for (int t = 0; t < labels.frames; t++) {
      for (int z = 0; z < labels.slices; z++) {
        int[] plane = labels.plane(t, z);
        for (ObjectRow row : measure(plane, labels.height, labels.width, calibration)) {
          rows.add(row.at(t, z));
        }
      }
    }
    return rows;
  }

  /** Sums below 2^53 are exact in a double: an object of a million pixels in a 65536^2 image is. */
  private static final class Sums {
    int count;
    long x;
    long y;
    long xx;
    long yy;
    long xy;

    void add(long column, long row) {
      count++;
      x += column;
      y += row;
      xx += column * column;
      yy += row * row;
      xy += column * row;
    }
  }

  private static ObjectRow row(int label, Sums sums, Calibration calibration) {
    boolean known = calibration.isKnown();
    double dx = known && calibration.x != 0 ? calibration.x : 1.0;
    double dy = known && calibration.y != 0 ? calibration.y : 1.0;
    int n = sums.count;
    double x = (double) sums.x / n;
    double y = (double) sums.y / n;
    double xx = ((double) sums.xx / n - x * x + OF_A_PIXEL) * dx * dx;
    double yy = ((double) sums.yy / n - y * y + OF_A_PIXEL) * dy * dy;
    double xy = ((double) sums.xy / n - x * y) * dx * dy;
    double middle = (xx + yy) / 2;
    double half = (xx - yy) / 2;
    double spread = Math.sqrt(half * half + xy * xy);
    return new ObjectRow(
        label,
        0,
        0,
        n * dx * dy,
        4 * Math.sqrt(middle + spread),
        4 * Math.sqrt(Math.max(middle - spread, 0.0)),
        (x + 0.5) * dx,
        (y + 0.5) * dy,
        spread == 0 ? 0 : angle(xx, yy, xy),
        n,
        calibration.unit());
  }

  /** The y axis of an image points down, angles are counted as if it pointed up. */
  private static double angle(double xx, double yy, double xy) {
    double degrees = 0.5 * StrictMath.atan2(-2 * xy, xx - yy) * DEGREES;
    // The remainder of Python, whose sign is that of the divisor.
    double rest = degrees % HALF_TURN;
    if (rest == 0) {
      return 0;
    }
    return rest < 0 ? rest + HALF_TURN : rest;
  }
}
