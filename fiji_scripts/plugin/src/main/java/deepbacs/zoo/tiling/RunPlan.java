package deepbacs.zoo.tiling;

import deepbacs.zoo.errors.PythonFormat;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The passes of one position, and the part of each tensor in them. */
public final class RunPlan {

  private static final int MEBIBYTE = 1 << 20;

  /** By tensor id; a tensor without a plan passes as it is. */
  public final Map<String, TensorPlan> tensors;

  public final TilePlan plan;

  private RunPlan(Map<String, TensorPlan> tensors, TilePlan plan) {
    this.tensors = tensors;
    this.plan = plan;
  }

  /** Plans one root. */
  private interface Plan {
    TilePlan of(int[] shape, List<AxisRule> first, List<List<AxisRule>> others);
  }

  /**
   * Plans the passes of one position.
   *
   * @param given the inputs that take part; those that are left out are not among them
   * @param images by input
   * @param covering the output that is decoded, or null: on a grid of several pixels its size is
   *     rounded up and not down, so that its last cells cover the image's edge
   * @param allowTiling false for a package that has to be run in one pass
   * @throws ZooException DATA: images that belong together have sizes that do not, or one is too
   *     large for a network that cannot be cut; HOST: the memory does not suffice; PACKAGE and
   *     UNSUPPORTED of the planner
   */
  public static RunPlan of(
      List<TensorSpec> given,
      List<TensorSpec> results,
      Map<String, ImageShape> images,
      long memory,
      double peakBytesPerPixel,
      boolean haloBorder,
      String covering,
      boolean allowTiling) {
    List<TensorSpec> settled = CrossAxis.settled(given, results, images);
    List<TensorSpec> inputs = settled.subList(0, given.size());
    List<TensorSpec> outputs = settled.subList(given.size(), settled.size());
    SizeReferences references = new SizeReferences(inputs, outputs, images, covering);
    long budget = allowTiling ? memory : Long.MAX_VALUE;
    Plan planRoot =
        (shape, first, others) ->
            Planner.plan(shape, first, budget, peakBytesPerPixel, haloBorder, others);
    Map<String, TensorPlan> tensors = new LinkedHashMap<>();
    List<TensorPlan> firsts = new ArrayList<>();
    for (String root : references.roots.keySet()) {
      Map<String, TensorPlan> part =
          tensorPlans(root, references, outputs, images.get(root), planRoot);
      firsts.add(part.values().iterator().next());
      tensors.putAll(part);
    }
    checkSizes(inputs, tensors, images);
    List<String> loose = new ArrayList<>();
    outputs.forEach(spec -> loose.add(spec.id));
    loose.removeAll(tensors.keySet());
    if (!allowTiling) {
      requireMemory(firsts, memory, peakBytesPerPixel);
    }
    if (!loose.isEmpty() || firsts.size() > 1 || !allowTiling) {
      List<String> roots = new ArrayList<>(references.roots.keySet());
      requireOnePass(loose.isEmpty() ? roots : loose, firsts, peakBytesPerPixel);
    }
    return new RunPlan(tensors, firsts.isEmpty() ? nothingToCut() : firsts.get(0).plan);
  }

  private static TilePlan nothingToCut() {
    List<AxisRule> none = Collections.emptyList();
    return Planner.plan(new int[0], none, 1, 1, false, Collections.emptyList());
  }

  /** Plans one root, and gives every tensor that follows it along all its axes its part. */
  private static Map<String, TensorPlan> tensorPlans(
      String root,
      SizeReferences references,
      List<TensorSpec> outputs,
      ImageShape image,
      Plan planRoot) {
    Map<Character, Size> own = references.roots.get(root);
    StringBuilder axes = new StringBuilder();
    own.keySet().forEach(axes::append);
    Map<String, List<AxisRule>> rules = new LinkedHashMap<>();
    references.links.forEach(
        (name, links) -> {
          List<AxisRule> found = rules(root, own, links, specOf(name, outputs));
          if (found.size() == own.size()) {
            rules.put(name, found);
          }
        });
    String first = rules.keySet().iterator().next();
    for (int index = outputs.size() - 1; index >= 0; index--) {
      first = rules.containsKey(outputs.get(index).id) ? outputs.get(index).id : first;
    }
    int[] shape = new int[axes.length()];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = image.size(axes.charAt(axis));
    }
    Map<String, List<AxisRule>> others = new LinkedHashMap<>(rules);
    others.remove(first);
    TilePlan plan =
        planRoot.of(shape, rules.get(first), new ArrayList<>(others.values()));
    Map<String, TensorPlan> tensors = new LinkedHashMap<>();
    rules.forEach(
        (name, each) ->
            tensors.put(name, new TensorPlan(plan.towards(each), axes.toString(), each)));
    return tensors;
  }

  private static TensorSpec specOf(String id, List<TensorSpec> outputs) {
    for (TensorSpec output : outputs) {
      if (output.id.equals(id)) {
        return output;
      }
    }
    return null;
  }

  /** The rules of a tensor along the axes that follow a root; {@code output} is null of inputs. */
  private static List<AxisRule> rules(
      String root,
      Map<Character, Size> own,
      Map<Character, SizeReferences.Link> links,
      TensorSpec output) {
    List<AxisRule> found = new ArrayList<>();
    own.forEach(
        (name, size) -> {
          SizeReferences.Link link = links.get(name);
          if (link != null && link.root.equals(root)) {
            Axis axis = output == null ? null : output.axis(name);
            int halo = axis == null ? 0 : axis.halo;
            // The halo stands on the output, in its pixels.
            int rounded = (int) Math.ceil(Math.rint(halo / link.scale * 1e9) / 1e9);
            found.add(new AxisRule(size, rounded, link.scale, link.offset));
          }
        });
    return found;
  }

  /** Refuses an image that does not have the size that another one gives it. */
  private static void checkSizes(
      List<TensorSpec> inputs, Map<String, TensorPlan> tensors, Map<String, ImageShape> images) {
    for (TensorSpec spec : inputs) {
      TensorPlan own = tensors.get(spec.id);
      for (int axis = 0; own != null && axis < own.axes.length(); axis++) {
        char name = own.axes.charAt(axis);
        int expected = own.rules.get(axis).out(own.plan.imageShape[axis]);
        int found = images.get(spec.id).size(name);
        if (spec.axis(name) != null && found != expected) {
          throw new ZooException(
              Kind.DATA,
              "input '" + spec.id + "'",
              "its image has another size along " + name + " than the other inputs ask for",
              found,
              expected + " pixels",
              "give images of the same field and size");
        }
      }
    }
  }

  /** Refuses a run in tiles where tensors cannot be computed in tiles. */
  private static void requireOnePass(
      List<String> names, List<TensorPlan> firsts, double peakBytesPerPixel) {
    String listed = "'" + String.join("', '", names) + "'";
    boolean whole = true;
    for (TensorPlan first : firsts) {
      whole &= first.plan.whole();
      if (!first.plan.whole() && isLimited(first.rules)) {
        throw new ZooException(
            Kind.DATA,
            "image",
            "it is larger than this network takes, whose "
                + listed
                + " cannot be computed in tiles",
            by(first.plan.imageShape),
            "at most " + by(first.plan.tileShape) + " pixels",
            "crop the image");
      }
    }
    if (!whole) {
      long mebibytes = (long) Math.ceil(bytes(firsts, peakBytesPerPixel) / MEBIBYTE);
      throw new ZooException(
          Kind.HOST,
          "memory budget",
          "it is too small for one pass, and " + listed + " cannot be computed in tiles",
          null,
          "at least " + mebibytes + " MiB",
          Text.of("pass ", Option.of("memory", Bytes.ofMebibytes(mebibytes)), " or more"));
    }
  }

  /** Refuses the only pass of a package that must not be run in tiles where it takes too much. */
  private static void requireMemory(
      List<TensorPlan> firsts, long memory, double peakBytesPerPixel) {
    double needed = bytes(firsts, peakBytesPerPixel);
    if (needed > memory) {
      long mebibytes = (long) Math.ceil(needed / MEBIBYTE);
      throw new ZooException(
          Kind.HOST,
          "memory budget",
          "it is too small for this image, which the package takes in one piece only",
          PythonFormat.g((double) memory / MEBIBYTE, 4) + " MiB",
          "at least " + mebibytes + " MiB",
          Text.of(
              "run the plain package, which takes images in tiles, or pass ",
              Option.of("memory", Bytes.ofMebibytes(mebibytes)),
              " or more"));
    }
  }

  /** The memory that one pass of everything takes. */
  private static double bytes(List<TensorPlan> firsts, double peakBytesPerPixel) {
    double pixels = 0;
    for (TensorPlan first : firsts) {
      double product = 1;
      for (int size : first.plan.paddedShape) {
        product *= size;
      }
      pixels += product;
    }
    return peakBytesPerPixel * pixels;
  }

  private static boolean isLimited(List<AxisRule> rules) {
    for (AxisRule rule : rules) {
      boolean free = rule.size.form == Size.Form.FREE && rule.size.max != Size.UNLIMITED;
      if (rule.size.form == Size.Form.FIXED || free) {
        return true;
      }
    }
    return false;
  }

  private static String by(int[] shape) {
    StringBuilder text = new StringBuilder();
    for (int size : shape) {
      text.append(text.length() == 0 ? "" : " x ").append(size);
    }
    return text.toString();
  }
}
