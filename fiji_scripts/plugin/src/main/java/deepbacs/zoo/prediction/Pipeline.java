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

  private final List<TensorSpec> inputs;
  private final List<TensorSpec> outputs;
  private final RunPlan layout;
  private final boolean haloBorder;
  /** True if a step measures another tensor, so that raw tensors must be kept. */
  private final boolean refers;

  private double seconds;

  Pipeline(
      List<TensorSpec> inputs, List<TensorSpec> outputs, RunPlan layout, boolean haloBorder) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.layout = layout;
    this.haloBorder = haloBorder;
    this.refers =
        inputs.stream().anyMatch(Pipeline::refers) || outputs.stream().anyMatch(Pipeline::refers);
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
   * @param raw by input, in tensor order, before preprocessing
   * @param step called after each pass
   * @return postprocessed outputs by id, of the size that belongs to the image
   */
  Map<String, Tensor> run(OnnxSession session, Map<String, Tensor> raw, Runnable step) {
    Map<String, Tensor> measured = new LinkedHashMap<>();
    for (TensorSpec spec : inputs) {
      Tensor tensor = raw.get(spec.id);
      measured.put(spec.id, haloBorder ? padded(spec, tensor) : tensor);
    }
    Map<String, Tensor> references =
        refers ? measured : Collections.<String, Tensor>emptyMap();
    Map<String, Tensor> ready = new LinkedHashMap<>();
    for (TensorSpec spec : inputs) {
      ready.put(spec.id, prepared(spec, measured.get(spec.id), references));
    }
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

  private Tensor prepared(TensorSpec input, Tensor raw, Map<String, Tensor> references) {
    if (haloBorder) { // padded already
      return processed(input, raw, references);
    }
    if (input.padMode.equals("constant")) { // its value is one of the raw image
      return typed(input, Processing.fit(input.steps, raw, references).apply(padded(input, raw)));
    }
    // Mirroring after the steps gives the same as before them, also where a statistic belongs to a
    // row or column of the image, of which the padding has none.
    return padded(input, processed(input, raw, references));
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

  private Tensor padded(TensorSpec input, Tensor tensor) {
    TensorPlan tensorPlan = layout.tensors.get(input.id);
    return tensorPlan == null
        ? tensor
        : TensorBlocks.padded(tensor, tensorPlan.widths(input), input.padMode, input.padValue);
  }

  private static Tensor tile(TensorSpec input, TensorPlan own, Tensor ready, int number) {
    if (own == null || own.plan.whole()) {
      return ready;
    }
    return TensorBlocks.cropped(ready, own.block(input, ready.shape(), own.reads.get(number)));
  }

  /** Runs every tile and stitches; outputs without a plan come from the only one. */
  private Map<String, Tensor> tiles(
      OnnxSession session, Map<String, Tensor> ready, Runnable step) {
    Map<String, Tensor> stitched = new LinkedHashMap<>();
    for (int number = 0; number < layout.plan.tiles.size(); number++) {
      Map<String, Tensor> given = new LinkedHashMap<>();
      for (TensorSpec spec : inputs) {
        TensorPlan own = layout.tensors.get(spec.id);
        given.put(spec.id, tile(spec, own, ready.get(spec.id), number));
      }
      long start = System.nanoTime();
      Map<String, Tensor> found = session.run(given);
      seconds += (System.nanoTime() - start) / 1e9;
      for (TensorSpec spec : outputs) {
        stitch(stitched, spec, number, found.get(spec.id));
      }
      step.run();
    }
    return stitched;
  }

  private void stitch(Map<String, Tensor> stitched, TensorSpec spec, int number, Tensor found) {
    TensorPlan tensorPlan = layout.tensors.get(spec.id);
    if (tensorPlan != null) {
      check(spec, tensorPlan, found);
    }
    if (tensorPlan == null || tensorPlan.plan.whole()) {
      stitched.put(spec.id, found);
      return;
    }
    int[] shape = found.shape();
    Tensor target = stitched.get(spec.id);
    if (target == null) {
      int[] full = shape.clone();
      for (int axis = 0; axis < full.length; axis++) {
        int inPlan = tensorPlan.axes.indexOf(spec.axes.get(axis).name);
        full[axis] = inPlan < 0 ? full[axis] : tensorPlan.plan.paddedOutputShape[inPlan];
      }
      target = Tensor.zeros(found.dtype, found.axes, full);
      stitched.put(spec.id, target);
    }
    int[][] keep = tensorPlan.block(spec, shape, tensorPlan.plan.tiles.get(number).keep);
    int[][] write = tensorPlan.block(spec, target.shape(), tensorPlan.plan.tiles.get(number).write);
    TensorBlocks.put(target, write, found, keep);
  }

  private static void check(TensorSpec spec, TensorPlan tensorPlan, Tensor found) {
    for (int axis = 0; axis < tensorPlan.axes.length(); axis++) {
      char axisName = tensorPlan.axes.charAt(axis);
      int size = tensorPlan.plan.tileShape[axis];
      int expected = tensorPlan.rules.get(axis).out(size);
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
      TensorPlan tensorPlan = layout.tensors.get(spec.id);
      if (tensorPlan != null) {
        Tensor tensor = found.get(spec.id);
        int[][] block = tensorPlan.block(spec, tensor.shape(), tensorPlan.plan.crop);
        found.put(spec.id, TensorBlocks.cropped(tensor, block));
      }
    }
  }
}
