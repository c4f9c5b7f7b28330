package deepbacs.zoo.tiling;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.images.ImageShape;
import deepbacs.zoo.options.Bytes;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.options.Text;
import deepbacs.zoo.tensors.Axis;
import deepbacs.zoo.tensors.Size;
import deepbacs.zoo.tensors.TensorSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The passes of one position, and the part of each tensor in them. */
public final class RunPlan {

  private static final int MEBIBYTE = 1 << 20;
  private static final double SAME = 1e-6;

  /** By tensor id; a tensor without a plan passes as it is. */
  public final Map<String, TensorPlan> shares;

  public final TilePlan plan;

  private RunPlan(Map<String, TensorPlan> shares, TilePlan plan) {
    this.shares = shares;
    this.plan = plan;
  }

  /** {@code size = floor(size of the input's axis * scale + offset)}. */
  private static final class Link {
    final String root;
    final double scale;
    final double offset;

    Link(String root, double scale, double offset) {
      this.root = root;
      this.scale = scale;
      this.offset = offset;
    }
  }

  /**
   * Plans the passes of one position.
   *
   * @param specs the input, then the outputs, with crossed references settled
   * @param covering the output that is decoded, or null: on a grid of several pixels its size is
   *     rounded up and not down, so that its last cells cover the image's edge
   * @throws ZooException DATA: the image is too large for a network that cannot be cut; HOST: the
   *     memory does not suffice; PACKAGE and UNSUPPORTED of the planner
   */
  public static RunPlan of(
      List<TensorSpec> specs,
      ImageShape image,
      long memory,
      double bytesPerPixel,
      boolean haloBorder,
      String covering) {
    TensorSpec input = specs.get(0);
    List<TensorSpec> outputs = specs.subList(1, specs.size());
    StringBuilder own = new StringBuilder();
    List<Size> sizes = new ArrayList<>();
    for (Axis axis : input.space()) {
      if (axis.size.form != Size.Form.REFERENCED) {
        own.append(axis.name);
        sizes.add(axis.size);
      }
    }
    String axes = own.toString();
    Map<String, List<AxisRule>> rules = rules(input, outputs, axes, sizes, covering);
    int[] shape = new int[axes.length()];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = image.size(axes.charAt(axis));
    }
    String first = input.id;
    for (TensorSpec spec : outputs) {
      if (rules.containsKey(spec.id)) {
        first = spec.id;
        break;
      }
    }
    List<List<AxisRule>> others = new ArrayList<>();
    for (Map.Entry<String, List<AxisRule>> each : rules.entrySet()) {
      if (!each.getKey().equals(first)) {
        others.add(each.getValue());
      }
    }
    TilePlan plan =
        Planner.plan(shape, rules.get(first), memory, bytesPerPixel, haloBorder, others);
    Map<String, TensorPlan> shares = new LinkedHashMap<>();
    for (Map.Entry<String, List<AxisRule>> each : rules.entrySet()) {
      TilePlan towards = plan.towards(each.getValue());
      shares.put(each.getKey(), new TensorPlan(towards, axes, each.getValue()));
    }
    List<String> loose = new ArrayList<>();
    for (TensorSpec spec : outputs) {
      if (!shares.containsKey(spec.id)) {
        loose.add("'" + spec.id + "'");
      }
    }
    if (!plan.whole() && !loose.isEmpty()) {
      throw needsOnePass(String.join(", ", loose), shares.get(input.id), bytesPerPixel);
    }
    return new RunPlan(shares, shares.get(input.id).plan);
  }

  /** The rules of every tensor that follows the input along all its axes. */
  private static Map<String, List<AxisRule>> rules(
      TensorSpec input,
      List<TensorSpec> outputs,
      String axes,
      List<Size> sizes,
      String covering) {
    Map<String, List<AxisRule>> rules = new LinkedHashMap<>();
    List<TensorSpec> all = new ArrayList<>();
    all.add(input);
    all.addAll(outputs);
    for (TensorSpec spec : all) {
      Map<Character, Link> links =
          spec == input
              ? links(input, Collections.singletonList(input))
              : outputLinks(spec, input, outputs);
      List<AxisRule> own = new ArrayList<>();
      for (int axis = 0; axis < axes.length(); axis++) {
        Link link = links.get(axes.charAt(axis));
        if (link != null && link.root.equals(input.id)) {
          Axis stated = spec == input ? null : spec.axis(axes.charAt(axis));
          int halo = stated == null ? 0 : stated.halo;
          // The halo stands on the output, in its pixels.
          int rounded = (int) Math.ceil(Math.rint(halo / link.scale * 1e9) / 1e9);
          Size size = sizes.get(axis);
          boolean up = spec != input && spec.id.equals(covering) && isOnGrid(link, size);
          double offset = up ? 1 - link.scale : link.offset;
          own.add(new AxisRule(size, rounded, link.scale, offset));
        }
      }
      if (own.size() == axes.length()) {
        rules.put(spec.id, own);
      }
    }
    return rules;
  }

  /** Whether an output has one cell for several pixels, and every valid size whole cells. */
  private static boolean isOnGrid(Link link, Size size) {
    long grid = (long) Math.rint(1 / link.scale);
    if (grid <= 1 || Math.abs(grid * link.scale - 1) >= SAME || link.offset != 0) {
      return false;
    }
    return size.form == Size.Form.FIXED && size.value % grid == 0
        || size.form == Size.Form.STEPPED && size.min % grid == 0 && size.step % grid == 0;
  }

  /** The root of each axis in space of a tensor, following references. */
  private static Map<Character, Link> links(TensorSpec spec, List<TensorSpec> others) {
    Map<Character, Link> found = new HashMap<>();
    for (Axis axis : spec.space()) {
      if (axis.size.form != Size.Form.REFERENCED) {
        found.put(axis.name, new Link(spec.id, 1, 0));
        continue;
      }
      TensorSpec parent = null;
      for (TensorSpec other : others) {
        parent = parent == null && other.id.equals(axis.size.tensor) ? other : parent;
      }
      if (parent == null || parent.id.equals(spec.id) || axis.size.axis != axis.name) {
        continue;
      }
      Link up = links(parent, others).get(axis.name);
      if (up != null) {
        double scale = axis.size.scale;
        double offset = up.offset * scale + axis.size.offset;
        found.put(axis.name, new Link(up.root, up.scale * scale, offset));
      }
    }
    return found;
  }

  /** The links of an output; a fixed size is taken to follow a fixed input's. */
  private static Map<Character, Link> outputLinks(
      TensorSpec spec, TensorSpec input, List<TensorSpec> outputs) {
    List<TensorSpec> others = new ArrayList<>();
    others.add(input);
    for (TensorSpec each : outputs) {
      if (!each.id.equals(spec.id)) {
        others.add(each);
      }
    }
    Map<Character, Link> found = links(spec, others);
    for (Axis axis : spec.space()) {
      if (axis.size.form != Size.Form.REFERENCED) {
        found.remove(axis.name);
        int size = input.fixedSize(axis.name);
        if (size >= 0 && axis.size.form == Size.Form.FIXED) {
          found.put(axis.name, new Link(input.id, (double) axis.size.value / size, 0));
        }
      }
    }
    return found;
  }

  private static ZooException needsOnePass(String listed, TensorPlan share, double bytesPerPixel) {
    boolean limited = false;
    for (AxisRule rule : share.rules) {
      boolean free = rule.size.form == Size.Form.FREE && rule.size.max != Size.UNLIMITED;
      limited |= rule.size.form == Size.Form.FIXED || free;
    }
    if (limited) {
      return new ZooException(
          Kind.DATA,
          "image",
          "it is larger than this network takes, whose "
              + listed
              + " cannot be computed in tiles",
          by(share.plan.imageShape),
          "at most " + by(share.plan.tileShape) + " pixels",
          "crop the image");
    }
    double pixels = 1;
    for (int size : share.plan.paddedShape) {
      pixels *= size;
    }
    long mebibytes = (long) Math.ceil(pixels * bytesPerPixel / MEBIBYTE);
    return new ZooException(
        Kind.HOST,
        "memory budget",
        "it is too small for one pass, and " + listed + " cannot be computed in tiles",
        null,
        "at least " + mebibytes + " MiB",
        Text.of("pass ", Option.of("memory", Bytes.ofMebibytes(mebibytes)), " or more"));
  }

  private static String by(int[] shape) {
    StringBuilder text = new StringBuilder();
    for (int size : shape) {
      text.append(text.length() == 0 ? "" : " x ").append(size);
    }
    return text.toString();
  }
}
