package deepbacs.zoo.tiling;

import deepbacs.zoo.errors.PythonFormat;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.options.Bytes;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.options.Text;
import deepbacs.zoo.tensors.Size;
import deepbacs.zoo.tiling.Frame.Cut;
import java.util.ArrayList;
import java.util.List;

/**
 * Image shape, axis rules and a memory budget give tiles and their cost.
 *
 * <p>Border rule: the image is continued (mirrored) only up to the next valid size, at its end. If
 * that fits the budget it is one pass, called whole. Else it is cut; the halo then serves inner
 * seams only, and at the border of the padded image a tile is used up to its edge. Tiles start at
 * multiples of the step, so poolings see the grid of the whole image: where the halo covers the
 * receptive field, tiled and whole are the same numbers.
 */
public final class Planner {

  private static final double MEBIBYTE = 1 << 20;

  private final List<List<Cut>> choices;
  private final long pixels;
  private long least = Long.MAX_VALUE;
  private Cut[] best;

  private Planner(List<List<Cut>> choices, long pixels) {
    this.choices = choices;
    this.pixels = pixels;
  }

  /**
   * Plans the passes of one image through a network.
   *
   * <p>One tile if the padded image fits the budget; else, of the tilings that process at most 2 %
   * more pixels than the thriftiest, the one with the shortest seams. (Without a halo, a thousand
   * stripes can be a pixel thriftier than four squares.)
   *
   * @param imageShape sizes of the space axes (one to three) in tensor order, in pixels
   * @param rules one rule for each space axis, towards the first output
   * @param budget bytes that one pass may take
   * @param bytesPerPixel bytes of memory per input pixel that the network takes at its peak
   * @param haloBorder true if the image is first continued by the halo on all sides, and the output
   *     cropped by it, as bioimageio.core does
   * @param others rules towards further outputs and inputs, which tile starts and seams must suit
   * @throws ZooException HOST: not even the smallest tile fits the budget. PACKAGE: the halo leaves
   *     nothing of a tile of the only size that the network takes. UNSUPPORTED: the scale of an
   *     output is no simple fraction. DATA: the image is smaller than what the network takes away
   *     at its border
   */
  public static TilePlan plan(
      int[] imageShape,
      List<AxisRule> rules,
      long budget,
      double bytesPerPixel,
      boolean haloBorder,
      List<List<AxisRule>> others) {
    int axes = imageShape.length;
    List<Frame> frames = new ArrayList<>();
    for (int axis = 0; axis < axes; axis++) {
      List<AxisRule> along = new ArrayList<>();
      along.add(rules.get(axis));
      for (List<AxisRule> other : others) {
        along.add(other.get(axis));
      }
      frames.add(Frame.of(imageShape[axis], along, haloBorder));
    }
    List<List<Cut>> choices = new ArrayList<>();
    for (Frame frame : frames) {
      choices.add(frame.candidates());
    }
    for (int axis = 0; axis < axes; axis++) {
      if (choices.get(axis).isEmpty()) {
        throw nothingLeft(frames.get(axis), rules, others, axis);
      }
    }
    return made(imageShape, frames, choose(choices, budget, bytesPerPixel), rules);
  }

  private static TilePlan made(
      int[] imageShape, List<Frame> frames, Cut[] best, List<AxisRule> rules) {
    int axes = imageShape.length;
    int[] padded = new int[axes];
    int[] before = new int[axes];
    int[] tile = new int[axes];
    int[][] starts = new int[axes][];
    for (int axis = 0; axis < axes; axis++) {
      padded[axis] = frames.get(axis).padded;
      before[axis] = frames.get(axis).before;
      tile[axis] = best[axis].tile;
      starts[axis] = frames.get(axis).starts(best[axis]);
    }
    return TilePlan.of(
        new TilePlan.Shapes(imageShape.clone(), padded, before, tile, starts), rules);
  }

  /** Size and number of tiles along each axis: few processed pixels, and short seams. */
  private static Cut[] choose(List<List<Cut>> choices, long budget, double bytesPerPixel) {
    Planner planner = new Planner(choices, (long) Math.floor(budget / bytesPerPixel));
    planner.walk(0, new Cut[choices.size()], 1, false);
    if (planner.least == Long.MAX_VALUE) {
      throw tooSmall(choices, budget, bytesPerPixel);
    }
    planner.walk(0, new Cut[choices.size()], 1, true);
    return planner.best;
  }

  /** Visits all combinations that fit: first for the least pixels, then for the best near them. */
  private void walk(int axis, Cut[] chosen, long tilePixels, boolean leastIsKnown) {
    if (axis < chosen.length) {
      for (Cut cut : choices.get(axis)) {
        long product = tilePixels * cut.tile;
        if (product <= pixels) {
          chosen[axis] = cut;
          walk(axis + 1, chosen, product, leastIsKnown);
        }
      }
    } else if (!leastIsKnown) {
      least = Math.min(least, processed(chosen));
    } else if (Frame.withinTolerance(processed(chosen), least)
        && (best == null || isBetter(chosen, best))) {
      best = chosen.clone();
    }
  }

  private static boolean isBetter(Cut[] one, Cut[] other) {
    int order = Long.compare(seams(one), seams(other));
    if (order == 0) {
      order = Long.compare(processed(one), processed(other));
    }
    // The choice itself breaks the tie: the tile that is shorter along the first axis.
    for (int axis = 0; axis < one.length && order == 0; axis++) {
      order = Integer.compare(one[axis].tile, other[axis].tile);
      if (order == 0) {
        order = Integer.compare(one[axis].count, other[axis].count);
      }
    }
    return order < 0;
  }

  private static long processed(Cut[] chosen) {
    long product = 1;
    for (Cut cut : chosen) {
      product *= cut.pixels();
    }
    return product;
  }

  /** Pixels of the surfaces between tiles, counted on the tiles laid side by side. */
  private static long seams(Cut[] chosen) {
    long all = processed(chosen);
    long sum = 0;
    for (Cut cut : chosen) {
      sum += (cut.count - 1) * (all / cut.pixels());
    }
    return sum;
  }

  private static ZooException tooSmall(
      List<List<Cut>> choices, long budget, double bytesPerPixel) {
    StringBuilder shape = new StringBuilder();
    double product = 1;
    for (List<Cut> choice : choices) {
      int tile = choice.get(choice.size() - 1).tile;
      shape.append(shape.length() == 0 ? "" : " x ").append(tile);
      product *= tile;
    }
    long mebibytes = (long) Math.ceil(product * bytesPerPixel / MEBIBYTE);
    return new ZooException(
        Kind.HOST,
        "memory budget",
        "it is too small for the smallest tile of " + shape + " pixels",
        PythonFormat.g(budget / MEBIBYTE, 4) + " MiB",
        "at least " + mebibytes + " MiB",
        Text.of("pass ", Option.of("memory", Bytes.ofMebibytes(mebibytes)), " or more"));
  }

  private static ZooException nothingLeft(
      Frame frame, List<AxisRule> rules, List<List<AxisRule>> others, int axis) {
    AxisRule first = rules.get(axis);
    int halo = first.halo;
    for (List<AxisRule> other : others) {
      halo = Math.max(halo, other.get(axis).halo);
    }
    return new ZooException(
        Kind.PACKAGE,
        "tile plan",
        "an image of " + frame.image + " pixels must be cut, and the halo leaves nothing of a tile",
        "halo " + halo + ", largest tile " + frame.largest,
        "a halo below " + frame.largest / 2,
        first.size.form == Size.Form.FIXED
            ? "use an image of the network's own size"
            : "correct the halo or the size rule of the package");
  }
}
