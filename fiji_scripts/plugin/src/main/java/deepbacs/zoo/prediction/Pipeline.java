package deepbacs.zoo.prediction;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.processing.Processing;
import deepbacs.zoo.runner.OnnxSession;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Step;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.tensors.TensorBlocks;
import deepbacs.zoo.tensors.TensorSpec;
import deepbacs.zoo.tiling.RunPlan;
import deepbacs.zoo.tiling.TensorPlan;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One position through a package: preprocessing, padding, tiles, stitching, postprocessing.
 *
 * <p>Statistics come from the whole position, never from a tile: of the image itself, or with the
 * border {@code halo} of the image continued by the halo, which is what bioimageio.core measures.
 */
final class Pipeline {

  private final TensorSpec input;
  private final List<TensorSpec> outputs;
  private final RunPlan layout;
  private final boolean haloBorder;
  /** Whether a step measures another tensor, so that raw tensors must be kept. */
  private final boolean refers;

  private double seconds;

  Pipeline(TensorSpec input, List<TensorSpec> outputs, RunPlan layout, boolean haloBorder) {
    this.input = input;
    this.outputs = outputs;
    this.layout = layout;
    this.haloBorder = haloBorder;
    boolean found = refers(input);
    for (TensorSpec output : outputs) {
      found |= refers(output);
    }
    this.refers = found;
  }

  private static boolean refers(TensorSpec spec) {
    for (Step step : spec.steps) {
      if (step.kwargs.get("reference_tensor") != null) {
        return true;
      }
    }
    return false;
  }

  /** Seconds that the engine took so far. */
  double seconds() {
    return seconds;
  }

  /**
   * Runs one position.
   *
   * @param raw in tensor order, before preprocessing
   * @param step called after each pass
   * @return postprocessed outputs by id, of the size that belongs to the image
   */
  Map<String, Tensor> run(OnnxSession session, Tensor raw, Runnable step) {
    Tensor measured = haloBorder ? padded(raw) : raw;
    Map<String, Tensor> references =
        refers ? Collections.singletonMap(input.id, measured) : Collections.emptyMap();
    Tensor ready = prepared(measured, references);
    Map<String, Tensor> found = tiles(session, ready, step);
    if (haloBorder) { // bioimageio.core postprocesses first and crops then
      postprocess(found, references);
      crop(found);
    } else {
      crop(found);
      postprocess(found, references);
    }
    return found;
  }

  private Tensor prepared(Tensor raw, Map<String, Tensor> references) {
    if (haloBorder) { // padded already
      return processed(input, raw, references);
    }
    if (input.padMode.equals("constant")) { // its value is one of the raw image
      return typed(input, Processing.fit(input.steps, raw, references).apply(padded(raw)));
    }
    // Mirroring after the steps gives the same as before them, also where a statistic belongs to a
    // row or column of the image, of which the padding has none.
    return padded(processed(input, raw, references));
  }

  private void postprocess(Map<String, Tensor> found, Map<String, Tensor> references) {
    Map<String, Tensor> known = references;
    if (refers) {
      known = new HashMap<>(references);
      known.putAll(found);
    }
    for (TensorSpec spec : outputs) {
      found.put(spec.id, processed(spec, found.get(spec.id), known));
    }
  }

  private static Tensor processed(
      TensorSpec spec, Tensor tensor, Map<String, Tensor> references) {
    return typed(spec, Processing.apply(spec.steps, tensor, references));
  }

  /**
   * Brings a processed tensor to the described type.
   *
   * <p>The specification ends a chain that does not end with {@code ensure_dtype} with that step.
   */
  private static Tensor typed(TensorSpec spec, Tensor tensor) {
    int last = spec.steps.size() - 1;
    if (last >= 0 && spec.steps.get(last).name.equals("ensure_dtype")) {
      return tensor;
    }
    return cast(tensor, spec.dtype);
  }

  static Tensor cast(Tensor tensor, DType dtype) {
    if (tensor.dtype == dtype) {
      return tensor;
    }
    Map<String, Object> kwargs = Collections.<String, Object>singletonMap("dtype", dtype.numpy());
    List<Step> steps = Collections.singletonList(new Step("ensure_dtype", kwargs));
    return Processing.apply(steps, tensor, Collections.<String, Tensor>emptyMap());
  }

  private Tensor padded(Tensor tensor) {
    TensorPlan share = layout.shares.get(input.id);
    return TensorBlocks.padded(tensor, share.widths(input), input.padMode, input.padValue);
  }

  /** Runs every tile and stitches; outputs without a share come from the only one. */
  private Map<String, Tensor> tiles(OnnxSession session, Tensor ready, Runnable step) {
    Map<String, Tensor> stitched = new LinkedHashMap<>();
    TensorPlan own = layout.shares.get(input.id);
    for (int number = 0; number < layout.plan.tiles.size(); number++) {
      int[][] read = own.block(input, ready.shape(), own.reads.get(number));
      Tensor tile = TensorBlocks.cropped(ready, read);
      long start = System.nanoTime();
      Map<String, Tensor> found = session.run(Collections.singletonMap(input.id, tile));
      seconds += (System.nanoTime() - start) / 1e9;
      for (TensorSpec spec : outputs) {
        stitch(stitched, spec, number, found.get(spec.id));
      }
      step.run();
    }
    return stitched;
  }

  private void stitch(Map<String, Tensor> stitched, TensorSpec spec, int number, Tensor found) {
    TensorPlan share = layout.shares.get(spec.id);
    if (share != null) {
      check(spec, share, found);
    }
    if (share == null || share.plan.whole()) {
      stitched.put(spec.id, found);
      return;
    }
    int[] shape = found.shape();
    Tensor target = stitched.get(spec.id);
    if (target == null) {
      int[] full = shape.clone();
      for (int axis = 0; axis < full.length; axis++) {
        int inPlan = share.axes.indexOf(spec.axes.get(axis).name);
        full[axis] = inPlan < 0 ? full[axis] : share.plan.paddedOutputShape[inPlan];
      }
      target = Tensor.zeros(found.dtype, found.axes, full);
      stitched.put(spec.id, target);
    }
    int[][] keep = share.block(spec, shape, share.plan.tiles.get(number).keep);
    int[][] write = share.block(spec, target.shape(), share.plan.tiles.get(number).write);
    TensorBlocks.put(target, write, found, keep);
  }

  private static void check(TensorSpec spec, TensorPlan share, Tensor found) {
    for (int axis = 0; axis < share.axes.length(); axis++) {
      char axisName = share.axes.charAt(axis);
      int size = share.plan.tileShape[axis];
      int expected = share.rules.get(axis).out(size);
      if (found.size(axisName) != expected) {
        throw new ZooException(
            Kind.PACKAGE,
            "output '" + spec.id + "', axis " + axisName,
            "the network gives another size than the package describes",
            found.size(axisName) + " for " + size + " input pixels",
            String.valueOf(expected),
            "correct the size, scale and offset of the output axis in the package");
      }
    }
  }

  /** Cuts every output to what belongs to the image. */
  private void crop(Map<String, Tensor> found) {
    for (TensorSpec spec : outputs) {
      TensorPlan share = layout.shares.get(spec.id);
      if (share != null) {
        Tensor tensor = found.get(spec.id);
        int[][] block = share.block(spec, tensor.shape(), share.plan.crop);
        found.put(spec.id, TensorBlocks.cropped(tensor, block));
      }
    }
  }
}
