package deepbacs.zoo.tiling;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.images.ImageShape;
import deepbacs.zoo.tensors.Axis;
import deepbacs.zoo.tensors.Size;
import deepbacs.zoo.tensors.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Axes whose size follows from another axis, such as {@code x = y + 4}.
 *
 * <p>Such axes cannot be cut one by one. For the images of one run they are settled: the smallest
 * valid size that holds the image is chosen, and all axes that hang together are fixed at it.
 */
final class CrossAxis {

  private static final int MOST_TRIES = 100_000;

  private final List<TensorSpec> inputs;
  private final Map<String, ImageShape> images;
  /** The sizes that were chosen, by tensor and axis. */
  private final Map<String, Integer> settled = new HashMap<>();

  /** An axis that follows another one, and the pixels of the image along it. */
  private static final class Follower {
    final Size size;
    final int least;

    Follower(Size size, int least) {
      this.size = size;
      this.least = least;
    }
  }

  private CrossAxis(List<TensorSpec> inputs, Map<String, ImageShape> images) {
    this.inputs = inputs;
    this.images = images;
  }

  /**
   * The inputs, then the outputs, with crossed references settled for these images.
   *
   * @param images by input
   * @throws ZooException DATA: the network takes no size that holds an image
   */
  static List<TensorSpec> settled(
      List<TensorSpec> inputs, List<TensorSpec> outputs, Map<String, ImageShape> images) {
    List<TensorSpec> all = new ArrayList<>(inputs);
    all.addAll(outputs);
    Map<String, List<Follower>> crossed = crossed(all, images);
    CrossAxis found = new CrossAxis(inputs, images);
    found.settle(crossed);
    if (found.settled.isEmpty()) {
      return all;
    }
    List<TensorSpec> fixed = new ArrayList<>();
    all.forEach(spec -> fixed.add(found.fixed(spec)));
    return fixed;
  }

  private static String key(String tensor, char axis) {
    return tensor + "." + axis;
  }

  private static boolean isCrossed(Axis axis) {
    return axis.size.form == Size.Form.REFERENCED && axis.size.axis != axis.name;
  }

  /** The axes that decide others, and of those the ones that an image has. */
  private static Map<String, List<Follower>> crossed(
      List<TensorSpec> specs, Map<String, ImageShape> images) {
    Map<String, List<Follower>> crossed = new LinkedHashMap<>();
    for (TensorSpec spec : specs) {
      for (Axis axis : spec.space()) {
        if (isCrossed(axis)) {
          String leader = key(axis.size.tensor, axis.size.axis);
          List<Follower> followers = crossed.computeIfAbsent(leader, name -> new ArrayList<>());
          ImageShape image = images.get(spec.id);
          if (image != null) {
            followers.add(new Follower(axis.size, image.size(axis.name)));
          }
        }
      }
    }
    return crossed;
  }

  private void settle(Map<String, List<Follower>> crossed) {
    for (TensorSpec spec : inputs) {
      for (Axis axis : spec.space()) {
        List<Follower> followers = crossed.get(key(spec.id, axis.name));
        if (followers != null && axis.size.form != Size.Form.REFERENCED) {
          settled.put(key(spec.id, axis.name), size(spec, axis, followers));
        }
      }
    }
  }

  /** The smallest valid size of an axis at which it and its followers hold the images. */
  private int size(TensorSpec spec, Axis axis, List<Follower> followers) {
    Size rule = axis.size;
    if (rule.form == Size.Form.FIXED) {
      return rule.value;
    }
    ImageShape image = images.get(spec.id);
    boolean stepped = rule.form == Size.Form.STEPPED;
    int size = stepped ? rule.fit(image.size(axis.name)) : image.size(axis.name);
    for (int tries = 0; tries < MOST_TRIES; tries++, size += rule.step) {
      int candidate = size;
      if (followers.stream().allMatch(each -> each.size.of(candidate) >= each.least)) {
        return size;
      }
    }
    List<String> sizes = new ArrayList<>();
    spec.space().forEach(each -> sizes.add(each.name + " " + image.size(each.name)));
    throw new ZooException(
        Kind.DATA,
        "input '" + spec.id + "'",
        "the network takes no size that holds this image",
        String.join(", ", sizes),
        "sizes whose other axes follow from " + axis.name,
        "crop the image");
  }

  private TensorSpec fixed(TensorSpec spec) {
    List<Axis> axes = new ArrayList<>();
    for (Axis axis : spec.axes) {
      // References along the same axis stay: they follow the axis that is fixed now.
      Size size = isCrossed(axis) ? following(axis.size) : axis.size;
      Integer own = settled.get(key(spec.id, axis.name));
      axes.add(axis.sized(own == null ? size : Size.fixed(own)));
    }
    return spec.withAxes(axes);
  }

  private Size following(Size rule) {
    Integer base = settled.get(key(rule.tensor, rule.axis));
    return base == null ? rule : Size.fixed(rule.of(base));
  }
}
