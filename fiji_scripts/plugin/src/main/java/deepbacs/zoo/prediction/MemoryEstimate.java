package deepbacs.zoo.prediction;

import deepbacs.zoo.images.ImageShape;
import deepbacs.zoo.results.ResultKind;
import deepbacs.zoo.tensors.Axis;
import deepbacs.zoo.tensors.Size;
import deepbacs.zoo.tensors.TensorSpec;
import deepbacs.zoo.tiling.AxisRule;
import deepbacs.zoo.tiling.RunPlan;
import deepbacs.zoo.tiling.TensorPlan;
import java.util.List;

/** The memory on Java's heap that the images of a run take on their way, at its fullest. */
final class MemoryEstimate {

  /** Values of one input at once: as taken, processed, and padded or cut. */
  private static final int INPUT_COPIES = 3;
  /** Values of one output at once: stitched, cropped and processed. */
  private static final int OUTPUT_COPIES = 2;

  private MemoryEstimate() {}

  /**
   * Bytes for the images, one position on its way, and the results of all positions.
   */
  static long bytes(
      InputImages images,
      List<TensorSpec> outputs,
      Positions positions,
      RunPlan layout,
      ResultKind kind) {
    double held = 0;
    double taken = 0;
    for (TensorSpec input : images.specs) {
      held += images.shape(input).bytes();
      taken += bytes(layout, input, images.shape(input));
    }
    ImageShape image = images.first().shape();
    double working = INPUT_COPIES * taken;
    double results = 0;
    for (TensorSpec output : outputs) {
      double values = bytes(layout, output, image);
      working = Math.max(working, taken + OUTPUT_COPIES * values);
      results += values * positions.count();
    }
    double plane = (double) image.height * image.width;
    results += kind.keptBytes * plane * image.frames * image.slices;
    working = Math.max(working, kind.workingBytes * plane);
    return (long) (held + working + results);
  }

  private static double bytes(RunPlan layout, TensorSpec spec, ImageShape image) {
    double values = Float.BYTES;
    for (Axis axis : spec.axes) {
      values *= length(layout, spec, axis, image);
    }
    return values;
  }

  private static double length(RunPlan layout, TensorSpec spec, Axis axis, ImageShape image) {
    TensorPlan tensorPlan = layout.tensors.get(spec.id);
    AxisRule rule = tensorPlan == null ? null : tensorPlan.rule(axis.name);
    if (rule != null) {
      return Math.max(rule.out(tensorPlan.plan.paddedShape[tensorPlan.axes.indexOf(axis.name)]), 1);
    }
    if (axis.size.form == Size.Form.FIXED) {
      return axis.size.value;
    }
    return Positions.IMAGE_AXES.indexOf(axis.name) >= 0 ? image.size(axis.name) : 1;
  }
}
