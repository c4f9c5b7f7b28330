package deepbacs.zoo.prediction;

import deepbacs.zoo.tensors.TensorSpec;
import deepbacs.zoo.tiling.AxisRule;
import deepbacs.zoo.tiling.TilePlan;
import java.util.List;

/** How one tensor takes part in the passes. */
final class Share {

  /** With {@code keep}, {@code write} and {@code crop} for this tensor. */
  final TilePlan plan;
  /** The space letters that the plan is about. */
  final String letters;
  /** For each tile, what this tensor gives to the network (inputs only). */
  final List<int[][]> reads;
  /** The tensor's sizes from those of the image. */
  final List<AxisRule> rules;

  Share(TilePlan plan, String letters, List<AxisRule> rules) {
    this.plan = plan;
    this.letters = letters;
    this.rules = rules;
    this.reads = plan.readsOf(rules);
  }

  /** A block for all axes of a tensor from that of the plan's letters. */
  int[][] block(TensorSpec spec, int[] shape, int[][] ofPlan) {
    int[][] block = Blocks.whole(shape);
    for (int axis = 0; axis < shape.length; axis++) {
      int own = letters.indexOf(spec.axes.get(axis).letter);
      if (own >= 0) {
        block[axis] = ofPlan[own];
      }
    }
    return block;
  }

  /** Pixels before and behind this tensor's image, for all axes of the tensor. */
  int[][] widths(TensorSpec spec) {
    int[][] widths = new int[spec.axes.size()][2];
    for (int axis = 0; axis < widths.length; axis++) {
      int own = letters.indexOf(spec.axes.get(axis).letter);
      if (own >= 0) {
        AxisRule rule = rules.get(own);
        int before = (int) Math.rint(plan.before[own] * rule.scale);
        int image = rule.out(plan.imageShape[own]);
        widths[axis][0] = before;
        widths[axis][1] = rule.out(plan.paddedShape[own]) - before - image;
      }
    }
    return widths;
  }

  /** The rule along a letter, or null. */
  AxisRule rule(char letter) {
    int own = letters.indexOf(letter);
    return own < 0 ? null : rules.get(own);
  }
}
