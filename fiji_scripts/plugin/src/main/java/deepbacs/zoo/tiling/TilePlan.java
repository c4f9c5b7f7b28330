package deepbacs.zoo.tiling;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.options.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Passes of an image through a network; all shapes hold space axes only, in tensor order. */
public final class TilePlan {

  /** The input. */
  public final int[] imageShape;
  /** The input continued to a valid size. */
  public final int[] paddedShape;
  /** How much of the padded input lies before pixel 0. */
  public final int[] before;
  /** The size of every tile. */
  public final int[] tileShape;
  /** The starts of the tiles along each axis; the tiles are all combinations. */
  public final int[][] starts;
  /** The output of the padded input, which tiles write to. */
  public final int[] paddedOutputShape;
  /** The output of the image itself. */
  public final int[] outputShape;
  /** Where the image's own output lies in the padded one, {@code [axis]{from, to}}. */
  public final int[][] crop;
  /** The passes, last axis fastest. */
  public final List<Tile> tiles;
  /** Input pixels that the network computes. */
  public final long processed;
  /** Input pixels that the image has. */
  public final long needed;

  private TilePlan(Shapes shapes, OutputAxis[] axes, List<Tile> tiles) {
    imageShape = shapes.image;
    paddedShape = shapes.padded;
    before = shapes.before;
    tileShape = shapes.tile;
    starts = shapes.starts;
    paddedOutputShape = new int[axes.length];
    outputShape = new int[axes.length];
    crop = new int[axes.length][];
    long computed = 1;
    long pixels = 1;
    for (int axis = 0; axis < axes.length; axis++) {
      paddedOutputShape[axis] = axes[axis].padded;
      crop[axis] = axes[axis].crop;
      outputShape[axis] = crop[axis][1] - crop[axis][0];
      computed *= (long) tileShape[axis] * starts[axis].length;
      pixels *= imageShape[axis];
    }
    processed = computed;
    needed = pixels;
    this.tiles = Collections.unmodifiableList(tiles);
  }

  /** The passes of these shapes towards an output with these rules. */
  static TilePlan of(Shapes shapes, List<AxisRule> rules) {
    int count = shapes.image.length;
    OutputAxis[] axes = new OutputAxis[count];
    for (int axis = 0; axis < count; axis++) {
      axes[axis] = new OutputAxis(shapes, axis, rules.get(axis));
    }
    List<Tile> tiles = new ArrayList<>();
    for (int[] at : positions(shapes.starts)) {
      int[][] read = new int[count][];
      int[][] keep = new int[count][];
      int[][] write = new int[count][];
      for (int axis = 0; axis < count; axis++) {
        int start = shapes.starts[axis][at[axis]];
        read[axis] = new int[] {start, start + shapes.tile[axis]};
        keep[axis] = axes[axis].keep[at[axis]];
        write[axis] = axes[axis].write[at[axis]];
      }
      tiles.add(new Tile(read, keep, write));
    }
    return new TilePlan(shapes, axes, tiles);
  }

  /** True if the image passes through the network in one piece. */
  public boolean whole() {
    return tiles.size() == 1;
  }

  /** Processed pixels per needed pixel; 1 is ideal. */
  public double cost() {
    return (double) processed / needed;
  }

  /** Pixels added behind the end of each axis. */
  public int[] after() {
    int[] after = new int[paddedShape.length];
    for (int axis = 0; axis < after.length; axis++) {
      after[axis] = paddedShape[axis] - before[axis] - imageShape[axis];
    }
    return after;
  }

  /**
   * The same passes with {@code keep} and {@code write} for another output.
   *
   * @param rules must have been among the {@code others} of {@link Planner#plan} for seams to be
   *     covered
   * @throws ZooException DATA: the network gives nothing for an image this small
   */
  public TilePlan towards(List<AxisRule> rules) {
    return of(new Shapes(imageShape, paddedShape, before, tileShape, starts), rules);
  }

  /**
   * Parts that each tile reads of a further input, whose size follows this one's.
   *
   * @param rules how the sizes of the further input follow from this input (its halo is not looked
   *     at); they must have been among the {@code others} of {@link Planner#plan}
   * @return one {@code [axis]{from, to}} for each tile
   */
  public List<int[][]> readsOf(List<AxisRule> rules) {
    List<int[][]> reads = new ArrayList<>();
    for (int[] at : positions(starts)) {
      int[][] read = new int[at.length][];
      for (int axis = 0; axis < at.length; axis++) {
        AxisRule rule = rules.get(axis);
        int from = rule.at(starts[axis][at[axis]]);
        read[axis] = new int[] {from, from + rule.out(tileShape[axis])};
      }
      reads.add(read);
    }
    return reads;
  }

  /** All combinations of indices into the starts of the axes, last axis fastest. */
  private static List<int[]> positions(int[][] starts) {
    List<int[]> positions = new ArrayList<>();
    positions.add(new int[starts.length]);
    for (int axis = 0; axis < starts.length; axis++) {
      List<int[]> longer = new ArrayList<>(positions.size() * starts[axis].length);
      for (int[] position : positions) {
        for (int index = 0; index < starts[axis].length; index++) {
          int[] next = position.clone();
          next[axis] = index;
          longer.add(next);
        }
      }
      positions = longer;
    }
    return positions;
  }

  /** The part of a plan that holds for all outputs. */
  static final class Shapes {
    final int[] image;
    final int[] padded;
    final int[] before;
    final int[] tile;
    final int[][] starts;

    Shapes(int[] image, int[] padded, int[] before, int[] tile, int[][] starts) {
      this.image = image;
      this.padded = padded;
      this.before = before;
      this.tile = tile;
      this.starts = starts;
    }
  }

  /** One axis of an output, cut at the middle of what neighbouring tiles share. */
  private static final class OutputAxis {
    final int padded;
    final int[] crop;
    final int[][] keep;
    final int[][] write;

    OutputAxis(Shapes shapes, int axis, AxisRule rule) {
      int[] starts = shapes.starts[axis];
      padded = rule.out(shapes.padded[axis]);
      keep = new int[starts.length][];
      write = new int[starts.length][];
      int low = 0;
      for (int i = 0; i < starts.length; i++) {
        int corner = rule.at(starts[i]);
        int high = padded;
        if (i + 1 < starts.length) {
          // At least the halo lies on either side of each seam: the planner chose the starts so.
          int right = rule.at(starts[i + 1]);
          high = Math.floorDiv(corner + rule.out(shapes.tile[axis]) + right, 2);
        }
        keep[i] = new int[] {low - corner, high - corner};
        write[i] = new int[] {low, high};
        low = high;
      }
      int first = rule.at(shapes.before[axis]);
      int size = Math.min(outputSize(shapes.image[axis], rule), padded - first);
      crop = new int[] {first, first + size};
    }

    private static int outputSize(int size, AxisRule rule) {
      if (size * rule.scale + rule.offset <= 0) {
        long least = (long) Math.floor(-rule.offset / rule.scale);
        throw new ZooException(
            Kind.DATA,
            "image",
            "it is too small for this network, whose output is smaller than its input",
            size + " pixels",
            "more than " + least + " pixels",
            Text.of("use a larger image, or ", Option.of("border", "halo")));
      }
      return Math.max(rule.out(size), 1);
    }
  }
}
