package deepbacs.zoo.prediction;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.images.ImageShape;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.options.Text;
import deepbacs.zoo.tensors.Axis;
import deepbacs.zoo.tensors.Size;
import deepbacs.zoo.tensors.TensorSpec;
import java.util.Arrays;

/**
 * Image axes and network axes: what is taken out for each run.
 *
 * <p>Positions along axes that the network does not consume (t, z; c where it takes no channels;
 * even y where it takes lines) are run one by one, and the results stand at the same positions of
 * the output.
 */
final class Positions {

  static final String IMAGE_AXES = "tzcyx";

  /** The axes of the positions, in image order. */
  final String axes;

  private final int[] sizes;

  private Positions(String axes, int[] sizes) {
    this.axes = axes;
    this.sizes = sizes;
  }

  /**
   * The positions that the network is run at.
   *
   * @throws ZooException DATA: a channel count is not the network's, or the images' positions do
   *     not agree; UNSUPPORTED: an input has axes or a batch that no image has
   */
  static Positions of(InputImages images) {
    StringBuilder axes = new StringBuilder();
    for (char axisName : IMAGE_AXES.toCharArray()) {
      if (images.specs.stream().allMatch(spec -> spec.axis(axisName) == null)) {
        axes.append(axisName);
      }
    }
    int[] sizes = new int[axes.length()];
    Arrays.fill(sizes, 1);
    Positions positions = new Positions(axes.toString(), sizes);
    for (TensorSpec spec : images.specs) {
      checkAxes(spec);
      checkChannels(spec, images);
      positions.join(spec, images.shape(spec), images.name(spec));
    }
    return positions;
  }

  /** Adds the positions of one input's image to those of the others. */
  private void join(TensorSpec spec, ImageShape image, String where) {
    for (char axisName : IMAGE_AXES.toCharArray()) {
      int size = image.size(axisName);
      if (spec.axis(axisName) != null || size == 1) {
        continue;
      }
      int axis = axes.indexOf(axisName);
      if (axis < 0) {
        throw notAlone(spec, axisName, size, where);
      }
      if (sizes[axis] != 1 && sizes[axis] != size) {
        throw new ZooException(
            Kind.DATA,
            where,
            "it has another number of positions along " + axisName + " than the other images",
            size,
            "1 or " + sizes[axis],
            "give images of the same stack");
      }
      sizes[axis] = size;
    }
  }

  private static ZooException notAlone(
      TensorSpec spec, char axisName, int size, String where) {
    return new ZooException(
        Kind.DATA,
        where,
        "it has several positions along "
            + axisName
            + ", which another input of the network consumes",
        size,
        "1 position along " + axisName,
        "extract one position for the input '" + spec.id + "'");
  }

  private static void checkAxes(TensorSpec spec) {
    int batch = spec.fixedSize('b');
    if (batch >= 0 && batch != 1) {
      throw new ZooException(
          Kind.UNSUPPORTED,
          "input '" + spec.id + "'",
          "the network takes several images in one batch only",
          batch,
          "a batch of 1",
          "run the bare network through deepbacs_zoo.runners");
    }
    if (spec.axis('i') != null && spec.fixedSize('i') != 1) {
      throw new ZooException(
          Kind.UNSUPPORTED,
          "input '" + spec.id + "'",
          "it has an index axis, which no image has",
          spec.axisNames(),
          "the axes b t c z y x",
          "run the bare network through deepbacs_zoo.runners");
    }
  }

  private static void checkChannels(TensorSpec spec, InputImages images) {
    ImageShape image = images.shape(spec);
    int required = spec.fixedSize('c');
    if (image.rgb && spec.takesGrey()) {
      throw new ZooException(
          Kind.DATA,
          images.name(spec),
          "it is an RGB image, and the network takes one grey channel",
          image.channels + " channels",
          channels(spec, 1),
          Text.of(
              "convert it to a grey image (in ImageJ: Image > Type > 8-bit), or take one of its "
                  + "colors with ",
              Option.of("channel", "green")));
    }
    if (required >= 0 && required != image.channels) {
      throw new ZooException(
          Kind.DATA,
          images.name(spec),
          "it has another number of channels than the network takes",
          image.channels,
          channels(spec, required),
          advice(image.channels, required, images.channels(spec)));
    }
  }

  private static Text advice(int count, int required, String listed) {
    if (count < required) {
      return Text.of("give an image that has all of these channels");
    }
    return required > 1
        ? Text.of("keep only the named channels, in this order")
        : Text.of(
            "choose one of its channels (" + listed + ") with ", Option.of("channel", "1"));
  }

  private static String channels(TensorSpec spec, int count) {
    Axis axis = spec.axis('c');
    boolean named = axis != null && !axis.channelNames.isEmpty();
    return count + (named ? " (" + String.join(", ", axis.channelNames) + ")" : "");
  }

  /** Number of positions. */
  int count() {
    int count = 1;
    for (int axis = 0; axis < axes.length(); axis++) {
      count = Math.multiplyExact(count, sizes[axis]);
    }
    return count;
  }

  /** Number of positions along an axis; 1 where it has none. */
  int size(char axisName) {
    int axis = axes.indexOf(axisName);
    return axis < 0 ? 1 : sizes[axis];
  }

  /** The indices of a position, one for each axis, the last one fastest. */
  int[] at(int number) {
    int[] at = new int[axes.length()];
    int rest = number;
    for (int axis = at.length - 1; axis >= 0; axis--) {
      at[axis] = rest % sizes[axis];
      rest /= sizes[axis];
    }
    return at;
  }

  /** What to say when a network of volumes gets a single plane, else null. */
  static String thinStack(InputImages images) {
    for (TensorSpec spec : images.specs) {
      Axis axis = spec.axis('z');
      ImageShape image = images.shape(spec);
      if (axis != null && image.slices == 1 && least(axis.size) > 1) {
        String frames = image.frames > 1 ? " and " + image.frames + " frames" : "";
        return "the network takes volumes of "
            + least(axis.size)
            + " slices or more; this has 1 slice"
            + frames;
      }
    }
    return null;
  }

  private static int least(Size size) {
    if (size.form == Size.Form.FIXED) {
      return size.value;
    }
    return size.form == Size.Form.STEPPED ? size.min : 1;
  }
}
