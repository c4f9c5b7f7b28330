package deepbacs.zoo.tiling;

import deepbacs.zoo.images.ImageShape;
import deepbacs.zoo.tensors.Axis;
import deepbacs.zoo.tensors.Size;
import deepbacs.zoo.tensors.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * References from the axes in space of each tensor to the input that they follow.
 *
 * <p>A root is an input whose sizes do not refer to another tensor. Inputs with sizes of their own
 * that the images share are brought under one root.
 */
final class SizeReferences {

  private static final double SAME = 1e-6;

  /** {@code size = floor(size of the root's axis * scale + offset)}. */
  static final class Link {
    final String root;
    final double scale;
    final double offset;

    Link(String root, double scale, double offset) {
      this.root = root;
      this.scale = scale;
      this.offset = offset;
    }
  }

  /** The root of each axis, by tensor and axis. */
  final Map<String, Map<Character, Link>> links = new LinkedHashMap<>();
  /** The size rules of the roots, by input and axis. */
  final Map<String, Map<Character, Size>> roots = new LinkedHashMap<>();

  /**
   * The references of all tensors.
   *
   * @param covering the output whose size is rounded up on a grid, or null
   */
  SizeReferences(
      List<TensorSpec> inputs,
      List<TensorSpec> outputs,
      Map<String, ImageShape> images,
      String covering) {
    for (TensorSpec spec : inputs) {
      links.put(spec.id, linksOf(spec, inputs));
      Map<Character, Size> own = independentSizes(spec);
      if (!own.isEmpty()) {
        roots.put(spec.id, own);
      }
    }
    for (TensorSpec spec : outputs) {
      links.put(spec.id, outputLinks(spec, inputs, outputs));
    }
    mergeRoots(images);
    if (links.containsKey(covering)) {
      links.get(covering).replaceAll(this::roundedUp);
    }
  }

  /** The rules of the axes in space that do not refer to another tensor. */
  private static Map<Character, Size> independentSizes(TensorSpec spec) {
    Map<Character, Size> own = new LinkedHashMap<>();
    for (Axis axis : spec.space()) {
      if (axis.size.form != Size.Form.REFERENCED) {
        own.put(axis.name, axis.size);
      }
    }
    return own;
  }

  /** The root of each axis in space of a tensor, following references. */
  private static Map<Character, Link> linksOf(TensorSpec spec, List<TensorSpec> others) {
    Map<Character, Link> found = new LinkedHashMap<>();
    for (Axis axis : spec.space()) {
      Link link =
          axis.size.form == Size.Form.REFERENCED
              ? followed(spec, axis, others)
              : new Link(spec.id, 1, 0);
      if (link != null) {
        found.put(axis.name, link);
      }
    }
    return found;
  }

  private static Link followed(TensorSpec spec, Axis axis, List<TensorSpec> others) {
    TensorSpec parent = null;
    for (TensorSpec other : others) {
      parent = parent == null && other.id.equals(axis.size.tensor) ? other : parent;
    }
    if (parent == null || parent.id.equals(spec.id) || axis.size.axis != axis.name) {
      return null;
    }
    Link up = linksOf(parent, others).get(axis.name);
    double scale = axis.size.scale;
    return up == null
        ? null
        : new Link(up.root, up.scale * scale, up.offset * scale + axis.size.offset);
  }

  /** The links of an output; a fixed size is taken to follow a fixed input's. */
  private static Map<Character, Link> outputLinks(
      TensorSpec spec, List<TensorSpec> inputs, List<TensorSpec> outputs) {
    List<TensorSpec> others = new ArrayList<>(inputs);
    for (TensorSpec each : outputs) {
      if (!each.id.equals(spec.id)) {
        others.add(each);
      }
    }
    Map<Character, Link> found = linksOf(spec, others);
    for (Axis axis : spec.space()) {
      if (axis.size.form != Size.Form.REFERENCED) {
        found.remove(axis.name);
        Link fixed = fixedInput(axis, inputs);
        if (fixed != null) {
          found.put(axis.name, fixed);
        }
      }
    }
    found.values().removeIf(link -> inputs.stream().noneMatch(each -> each.id.equals(link.root)));
    return found;
  }

  /** The link of a fixed axis to the first input whose axis is fixed, too; or null. */
  private static Link fixedInput(Axis axis, List<TensorSpec> inputs) {
    for (TensorSpec input : inputs) {
      int size = input.fixedSize(axis.name);
      if (size >= 0 && axis.size.form == Size.Form.FIXED) {
        return new Link(input.id, (double) axis.size.value / size, 0);
      }
    }
    return null;
  }

  // --- several roots -----------------------------------------------------------------------------

  /** Brings roots whose images have one size, and whose size rules agree, under the first one. */
  private void mergeRoots(Map<String, ImageShape> images) {
    Map<String, Map<Character, Size>> kept = new LinkedHashMap<>();
    Map<String, String> renamed = new LinkedHashMap<>();
    roots.forEach((name, own) -> place(name, own, kept, renamed, images));
    roots.clear();
    roots.putAll(kept);
    for (Map<Character, Link> of : links.values()) {
      of.replaceAll(
          (axis, link) ->
              new Link(renamed.getOrDefault(link.root, link.root), link.scale, link.offset));
    }
  }

  private static void place(
      String name,
      Map<Character, Size> own,
      Map<String, Map<Character, Size>> kept,
      Map<String, String> renamed,
      Map<String, ImageShape> images) {
    for (Map.Entry<String, Map<Character, Size>> host : kept.entrySet()) {
      Map<Character, Size> agreed = new LinkedHashMap<>();
      // The axes stay in the order of the first root, whose plan it will be.
      host.getValue().forEach(
          (axis, rule) -> {
            Size other = own.get(axis);
            boolean same =
                images.get(host.getKey()).size(axis) == images.get(name).size(axis);
            Size common = same && other != null ? common(rule, other) : null;
            if (common != null) {
              agreed.put(axis, common);
            }
          });
      if (agreed.size() == own.size() && agreed.size() == host.getValue().size()) {
        host.setValue(agreed);
        renamed.put(name, host.getKey());
        return;
      }
    }
    kept.put(name, own);
  }

  /** The rule of the sizes that both rules allow, or null where that is no rule. */
  private static Size common(Size first, Size second) {
    if (first.form == Size.Form.FREE && second.form == Size.Form.FREE) {
      return Size.free(Math.max(first.min, second.min), Math.min(first.max, second.max));
    }
    if (first.form == Size.Form.FIXED) {
      return fits(first.value, second) ? first : null;
    }
    if (second.form == Size.Form.FIXED) {
      return fits(second.value, first) ? second : null;
    }
    return commonSteps(first, second);
  }

  private static Size commonSteps(Size first, Size second) {
    int start = Math.max(first.min, second.min);
    long step = (long) first.step / gcd(first.step, second.step) * second.step;
    for (int size = start; size < start + step; size++) {
      if (fits(size, first) && fits(size, second)) {
        return Size.stepped(size, (int) step);
      }
    }
    return null;
  }

  private static boolean fits(int size, Size rule) {
    return rule.form == Size.Form.FIXED
        ? size == rule.value
        : size >= rule.min && (size - rule.min) % Math.max(rule.step, 1) == 0;
  }

  private static int gcd(int first, int second) {
    return second == 0 ? Math.max(first, 1) : gcd(second, first % second);
  }

  // --- grids -------------------------------------------------------------------------------------

  /** A link whose sizes are rounded up, where every valid size is a multiple of the grid. */
  private Link roundedUp(char axis, Link link) {
    long grid = (long) Math.rint(1 / link.scale);
    boolean whole = grid > 1 && Math.abs(grid * link.scale - 1) < SAME && link.offset == 0;
    Size rule = roots.containsKey(link.root) ? roots.get(link.root).get(axis) : null;
    return whole && rule != null && isMultiple(rule, grid)
        ? new Link(link.root, link.scale, 1 - link.scale)
        : link;
  }

  private static boolean isMultiple(Size rule, long grid) {
    return rule.form == Size.Form.FIXED && rule.value % grid == 0
        || rule.form == Size.Form.STEPPED && rule.min % grid == 0 && rule.step % grid == 0;
  }
}
