package deepbacs.zoo.decoding;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Foreground divided among the maxima of its distance to the background, and joined again. */
final class Watershed {

  private static final int NONE = -1;
  /** Half of the neighbours, as rows and columns; the others are the opposite ones. */
  private static final int[][] STEPS = {{0, 1}, {1, 0}, {1, 1}, {1, -1}};

  /** The components that foreground is in, 0 for background; parts are neighbours within one. */
  private final int[] regions;

  private final boolean[] mask;
  private final int width;
  private final long[] heights;
  /** For every pixel the one where the way up ends, which stands for its part. */
  private final int[] ends;

  Watershed(int[] regions, int width) {
    this.regions = regions;
    this.mask = new boolean[regions.length];
    for (int pixel = 0; pixel < mask.length; pixel++) {
      mask[pixel] = regions[pixel] != 0;
    }
    this.width = width;
    this.heights = SquaredDistance.of(mask, width);
    this.ends = ends();
  }

  /** Labels, numbered anyhow; parts are joined where the neck between them is wide. */
  int[] joined(double neck, int minSeed) {
    int[] parents = new int[mask.length];
    int[] areas = new int[mask.length];
    long[] tops = heights.clone();
    for (int pixel = 0; pixel < mask.length; pixel++) {
      parents[pixel] = pixel;
      if (mask[pixel]) {
        areas[ends[pixel]]++;
      }
    }
    for (Pass pass : passes()) {
      int one = root(parents, pass.first);
      int other = root(parents, pass.second);
      if (one == other) {
        continue;
      }
      double narrow = Math.sqrt(pass.height);
      double part = Math.sqrt(Math.min(tops[one], tops[other]));
      boolean isWide = narrow >= neck * part || part - narrow < 1;
      if (isWide || Math.min(areas[one], areas[other]) < minSeed) {
        parents[other] = one;
        tops[one] = Math.max(tops[one], tops[other]);
        areas[one] += areas[other];
      }
    }
    int[] labels = new int[mask.length];
    int[] numbers = new int[mask.length];
    int count = 0;
    for (int pixel = 0; pixel < mask.length; pixel++) {
      if (mask[pixel]) {
        int root = root(parents, ends[pixel]);
        numbers[root] = numbers[root] == 0 ? ++count : numbers[root];
        labels[pixel] = numbers[root];
      }
    }
    return labels;
  }

  private static int root(int[] parents, int part) {
    int found = part;
    while (parents[found] != found) {
      parents[found] = parents[parents[found]];
      found = parents[found];
    }
    return found;
  }

  /**
   * The neighbour of a foreground pixel in its component, or {@link #NONE}: side by side, or corner
   * to corner with a common neighbour side by side in the foreground.
   */
  private int neighbour(int pixel, int down, int right) {
    int column = pixel % width + right;
    int there = pixel + down * width + right;
    if (column < 0 || column >= width || there < 0 || there >= mask.length) {
      return NONE;
    }
    if (regions[there] != regions[pixel]) {
      return NONE;
    }
    boolean isNear = down == 0 || right == 0 || mask[pixel + down * width] || mask[pixel + right];
    return isNear ? there : NONE;
  }

  private int[] ends() {
    int[] found = new int[mask.length];
    for (int pixel = 0; pixel < mask.length; pixel++) {
      found[pixel] = mask[pixel] ? highest(pixel) : NONE;
    }
    for (int pixel = 0; pixel < mask.length; pixel++) {
      if (!mask[pixel]) {
        continue;
      }
      int end = pixel;
      while (found[end] != end) {
        end = found[end];
      }
      for (int step = pixel, next; step != end; step = next) {
        next = found[step];
        found[step] = end;
      }
    }
    return found;
  }

  /** The highest of a pixel and its neighbours; of equal ones the first in raster order. */
  private int highest(int pixel) {
    int best = pixel;
    for (int[] step : STEPS) {
      for (int sign = -1; sign <= 1; sign += 2) {
        int other = neighbour(pixel, sign * step[0], sign * step[1]);
        if (other != NONE
            && (heights[other] > heights[best]
                || heights[other] == heights[best] && other < best)) {
          best = other;
        }
      }
    }
    return best;
  }

  /** Where two parts meet: their ends, the first one first, and how high. */
  private static final class Pass {
    private final int first;
    private final int second;
    private long height;

    private Pass(int first, int second) {
      this.first = first;
      this.second = second;
    }
  }

  /** The highest pass between each two parts, the highest first. */
  private List<Pass> passes() {
    Map<Long, Pass> found = new HashMap<>();
    for (int pixel = 0; pixel < mask.length; pixel++) {
      for (int[] step : STEPS) {
        int other = mask[pixel] ? neighbour(pixel, step[0], step[1]) : NONE;
        if (other == NONE || ends[other] == ends[pixel]) {
          continue;
        }
        int first = Math.min(ends[pixel], ends[other]);
        int second = Math.max(ends[pixel], ends[other]);
        Pass pass =
            found.computeIfAbsent((long) first << 32 | second, key -> new Pass(first, second));
        pass.height = Math.max(pass.height, Math.min(heights[pixel], heights[other]));
      }
    }
    List<Pass> passes = new ArrayList<>(found.values());
    passes.sort(
        (one, other) -> {
          int by = Long.compare(other.height, one.height);
          by = by != 0 ? by : Integer.compare(one.first, other.first);
          return by != 0 ? by : Integer.compare(one.second, other.second);
        });
    return passes;
  }
}
