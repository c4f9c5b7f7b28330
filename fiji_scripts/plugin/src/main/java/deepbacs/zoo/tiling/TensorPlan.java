package deepbacs.zoo.tiling;

import deepbacs.zoo.tensors.TensorBlocks;
import deepbacs.zoo.tensors.TensorSpec;
import java.util.List;

/** The part of one tensor in the passes. */
public final class TensorPlan {

  /** With {@code keep}, {@code write} and {@code crop} for this tensor. */
  public final TilePlan plan;
  /** The axes in space that the plan is about. */
  public final String axes;
  /** For each tile, what this tensor gives to the network (inputs only). */
  public final List<int[][]> reads;
  /** The tensor's sizes from those of the image. */
  public final List<AxisRule> rules;

  TensorPlan(TilePlan plan, String axes, List<AxisRule> rules) {
    this.plan = plan;
    this.axes = axes;
    this.rules = rules;
    this.reads = plan.readsOf(rules);
  }

  /** A block for all axes of a tensor from that of the plan's axes. */
  public int[][] block(TensorSpec spec, int[] shape, int[][] ofPlan) {
    int[][] block = TensorBlocks.whole(shape);
    for (int axis = 0; axis < shape.length; axis++) {
      int own = axes.indexOf(spec.axes.get(axis).name);
      if (own >= 0) {
        block[axis] = ofPlan[own];
      }
    }
    return block;
  }

  /** Pixels before and behind this tensor's image, for all axes of the tensor. */
  public int[][] widths(TensorSpec spec) {
    int[][] widths = new int[spec.axes.size()][2];
    for (int axis = 0; axis < widths.length; axis++) {
      int own = axes.indexOf(spec.axes.get(axis).name);
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

  /** The rule along an axis, or null. */
  public AxisRule rule(char axisName) {
    int own = axes.indexOf(axisName);
    return own < 0 ? null : rules.get(own);
  }
}
