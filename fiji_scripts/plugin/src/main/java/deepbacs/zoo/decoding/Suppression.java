package deepbacs.zoo.decoding;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Greedy suppression among boxes of one class.
 *
 * <p>Boxes are looked up by their left edges. Where the shared area is more than a part of the
 * joint area, neither box is wider than the other's width divided by that part, which bounds where
 * that edge can lie.
 */
final class Suppression {

  private final double threshold;
  // By left edge.
  private final double[] x0;
  private final double[] y0;
  private final double[] x1;
  private final double[] y1;
  private final boolean[] alive;
  /** The place in these arrays of each box. */
  private final int[] places;

  private Suppression(List<DetectedBox> boxes, double threshold) {
    int count = boxes.size();
    this.threshold = threshold;
    x0 = new double[count];
    y0 = new double[count];
    x1 = new double[count];
    y1 = new double[count];
    alive = new boolean[count];
    places = new int[count];
    Integer[] byLeft = new Integer[count];
    Arrays.setAll(byLeft, index -> index);
    Arrays.sort(byLeft, Comparator.comparingDouble(index -> boxes.get(index).x0));
    for (int place = 0; place < count; place++) {
      DetectedBox box = boxes.get(byLeft[place]);
      places[byLeft[place]] = place;
      x0[place] = box.x0;
      y0[place] = box.y0;
      x1[place] = box.x1;
      y1[place] = box.y1;
      alive[place] = true;
    }
  }

  /** Which boxes stay; they are given in their order. */
  static boolean[] kept(List<DetectedBox> boxes, double threshold) {
    return new Suppression(boxes, threshold).kept();
  }

  private boolean[] kept() {
    boolean[] kept = new boolean[places.length];
    for (int index = 0; index < places.length; index++) {
      int here = places[index];
      if (alive[here]) {
        kept[index] = true;
        suppressAround(here);
      }
    }
    return kept;
  }

  private void suppressAround(int here) {
    double area = area(here);
    // With a margin for rounding.
    double reach = (x1[here] - x0[here]) / Math.max(threshold, 1e-6) * 1.001 + 1;
    for (int other = from(x0[here] - reach);
        other < x0.length && x0[other] < x1[here];
        other++) {
      if (alive[other] && y0[other] < y1[here] && y1[other] > y0[here]) {
        double across = Math.min(x1[other], x1[here]) - Math.max(x0[other], x0[here]);
        double down = Math.min(y1[other], y1[here]) - Math.max(y0[other], y0[here]);
        if (across > 0 && down > 0) {
          double shared = across * down;
          alive[other] = shared <= threshold * (area(other) + area - shared);
        }
      }
    }
  }

  private double area(int place) {
    return (x1[place] - x0[place]) * (y1[place] - y0[place]);
  }

  /** The first place whose left edge is at least this. */
  private int from(double edge) {
    int low = 0;
    int high = x0.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (x0[middle] < edge) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
