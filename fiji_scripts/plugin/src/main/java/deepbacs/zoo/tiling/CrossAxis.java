package deepbacs.zoo.tiling;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.images.ImageShape;
import deepbacs.zoo.tensors.Axis;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Size;
import deepbacs.zoo.tensors.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Axes whose size follows from another axis, such as {@code x = y + 4}.
 *
 * <p>Such axes cannot be cut one by one. For one image they are settled: the smallest valid size
 * that holds the image is chosen, and all axes that hang together are fixed at it.
 */
public final class CrossAxis {

  private static final int MOST_TRIES = 100_000;

  private CrossAxis() {}

  /**
   * The tensors, the input first, with crossed references settled for an image.
   *
   * @throws ZooException DATA: the network takes no size that holds the image
   */
  public static List<TensorSpec> settled(
      TensorSpec input, List<TensorSpec> outputs, ImageShape image) {
    List<TensorSpec> all = new ArrayList<>();
    all.add(input);
    all.addAll(outputs);
    Map<Character, Integer> found = new HashMap<>();
    for (Axis axis : input.space()) {
      if (axis.size.form == Size.Form.REFERENCED) {
        continue;
      }
      boolean referenced = false;
      for (TensorSpec spec : all) {
        for (Axis other : spec.space()) {
          referenced |= isCrossed(other) && follows(other, input, axis);
        }
      }
      if (referenced) {
        found.put(axis.name, settle(input, axis, image));
      }
    }
    if (found.isEmpty()) {
      return all;
    }
    List<TensorSpec> fixed = new ArrayList<>();
    for (TensorSpec spec : all) {
      fixed.add(fixed(spec, input, found));
    }
    return fixed;
  }

  private static boolean isCrossed(Axis axis) {
    return axis.size.form == Size.Form.REFERENCED && axis.size.axis != axis.name;
  }

  private static boolean follows(Axis follower, TensorSpec input, Axis axis) {
    return follower.size.tensor.equals(input.id) && follower.size.axis == axis.name;
  }

  /** The smallest valid size of an axis at which it and its followers hold the image. */
  private static int settle(TensorSpec input, Axis axis, ImageShape image) {
    Size rule = axis.size;
    if (rule.form == Size.Form.FIXED) {
      return rule.value;
    }
    boolean stepped = rule.form == Size.Form.STEPPED && rule.step > 0;
    int step = stepped ? rule.step : 1;
    int size = stepped ? rule.fit(image.size(axis.name)) : image.size(axis.name);
    for (int tries = 0; tries < MOST_TRIES; tries++, size += step) {
      boolean holds = true;
      for (Axis other : input.space()) {
        boolean follower = isCrossed(other) && follows(other, input, axis);
        holds &= !follower || other.size.of(size) >= image.size(other.name);
      }
      if (holds) {
        return size;
      }
    }
    List<String> sizes = new ArrayList<>();
    for (Axis each : input.space()) {
      sizes.add(each.name + " " + image.size(each.name));
    }
    throw new ZooException(
        Kind.DATA,
        "input '" + input.id + "'",
        "the network takes no size that holds this image",
        String.join(", ", sizes),
        "sizes whose other axes follow from " + axis.name,
        "crop the image");
  }

  private static TensorSpec fixed(
      TensorSpec spec, TensorSpec input, Map<Character, Integer> settled) {
    List<Axis> axes = new ArrayList<>();
    for (Axis axis : spec.axes) {
      Size size = axis.size;
      if (spec == input && axis.isSpace() && settled.containsKey(axis.name)) {
        size = Size.fixed(settled.get(axis.name));
      } else if (isCrossed(axis) && size.tensor.equals(input.id)) {
        // References along the same axis stay: they follow the axis that is fixed now.
        Integer base = settled.get(size.axis);
        size = base == null ? size : Size.fixed(size.of(base));
      }
      axes.add(
          new Axis(
              axis.name, axis.id, size, axis.halo, axis.scale, axis.unit, axis.channelNames));
    }
    DType dtype = spec.dtype;
    return new TensorSpec(
        spec.id,
        axes,
        dtype,
        spec.steps,
        spec.testTensor,
        spec.optional,
        spec.padMode,
        spec.padValue);
  }
}
