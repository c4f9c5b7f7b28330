package deepbacs.zoo.prediction;

import deepbacs.zoo.errors.PythonFormat;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.images.ImageShape;
import deepbacs.zoo.images.Plane;
import deepbacs.zoo.images.ZooImage;
import deepbacs.zoo.tensors.Axis;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Size;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.tensors.TensorSpec;
import java.util.Locale;

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
   * @param where what to call the image
   * @throws ZooException DATA: the channel count is not the network's; UNSUPPORTED: the input has
   *     axes or a batch that no image has
   */
  static Positions of(TensorSpec spec, ImageShape image, String where) {
    checkAxes(spec);
    checkChannels(spec, image, where);
    StringBuilder axes = new StringBuilder();
    int[] sizes = new int[IMAGE_AXES.length()];
    for (char axisName : IMAGE_AXES.toCharArray()) {
      if (spec.axis(axisName) == null) {
        sizes[axes.length()] = image.size(axisName);
        axes.append(axisName);
      }
    }
    return new Positions(axes.toString(), sizes);
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

  private static void checkChannels(TensorSpec spec, ImageShape image, String where) {
    boolean takes = spec.axis('c') != null;
    int required = takes ? spec.fixedSize('c') : -1;
    if (image.rgb && (!takes || required == 1)) {
      throw new ZooException(
          Kind.DATA,
          where,
          "it is an RGB image, and the network takes one grey channel",
          image.channels + " channels",
          channels(spec, 1),
          "convert it to a grey image (in ImageJ: Image > Type > 8-bit)");
    }
    if (required >= 0 && required != image.channels) {
      throw new ZooException(
          Kind.DATA,
          where,
          "it has another number of channels than the network takes",
          image.channels,
          channels(spec, required),
          image.channels > required
              ? "keep only the named channels, in this order"
              : "give an image that has all of these channels");
    }
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

  /**
   * One position of an image in the axis order of the input, batch of one included.
   *
   * @throws ZooException DATA: the image holds values that the input's type cannot
   */
  Tensor take(TensorSpec spec, ZooImage image, int[] position) {
    String order = spec.axisNames();
    int[] shape = new int[order.length()];
    for (int axis = 0; axis < shape.length; axis++) {
      boolean ofImage = IMAGE_AXES.indexOf(order.charAt(axis)) >= 0;
      shape[axis] = ofImage ? image.shape.size(order.charAt(axis)) : 1;
    }
    boolean whole = !spec.dtype.isFloat();
    boolean wide = spec.dtype.isWide() || image.shape.dtype.isWide();
    Tensor tensor = Tensor.zeros(wide ? DType.FLOAT64 : DType.FLOAT32, order, shape);
    fill(tensor, image, position);
    if (whole && !holds(spec.dtype, image.shape.dtype)) {
      checkValues(tensor, spec, image);
    }
    return Pipeline.cast(tensor, spec.dtype);
  }

  private void fill(Tensor tensor, ZooImage image, int[] position) {
    int[][] ranges = new int[IMAGE_AXES.length()][];
    int[] steps = new int[ranges.length];
    int[] strides = tensor.strides();
    for (int axis = 0; axis < ranges.length; axis++) {
      char axisName = IMAGE_AXES.charAt(axis);
      int own = tensor.axes.indexOf(axisName);
      int fixed = axes.indexOf(axisName);
      ranges[axis] =
          own >= 0
              ? new int[] {0, image.shape.size(axisName)}
              : new int[] {position[fixed], position[fixed] + 1};
      steps[axis] = own >= 0 ? strides[own] : 0;
    }
    for (int t = ranges[0][0]; t < ranges[0][1]; t++) {
      for (int z = ranges[1][0]; z < ranges[1][1]; z++) {
        for (int c = ranges[2][0]; c < ranges[2][1]; c++) {
          int offset =
              (t - ranges[0][0]) * steps[0]
                  + (z - ranges[1][0]) * steps[1]
                  + (c - ranges[2][0]) * steps[2];
          fillPlane(tensor, image.plane(t, z, c), image.shape.width, ranges, steps, offset);
        }
      }
    }
  }

  private static void fillPlane(
      Tensor tensor, Plane plane, int width, int[][] ranges, int[] steps, int offset) {
    for (int y = ranges[3][0]; y < ranges[3][1]; y++) {
      int to = offset + (y - ranges[3][0]) * steps[3];
      int from = y * width + ranges[4][0];
      int count = ranges[4][1] - ranges[4][0];
      if ((steps[4] == 1 || count == 1) && !tensor.dtype.isWide()) {
        plane.copy(from, count, tensor.floats(), to);
      } else {
        for (int x = 0; x < count; x++) {
          tensor.set(to + x * steps[4], plane.get(from + x));
        }
      }
    }
  }

  /** Whether a whole-number type holds every value of another type. */
  private static boolean holds(DType required, DType given) {
    return !given.isFloat() && given.min >= required.min && given.max <= required.max;
  }

  private static void checkValues(Tensor tensor, TensorSpec spec, ZooImage image) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    boolean whole = true;
    for (int index = 0; index < tensor.size(); index++) {
      double value = tensor.get(index);
      least = Math.min(least, value);
      most = Math.max(most, value);
      whole &= value == Math.rint(value);
    }
    if (!whole || least < spec.dtype.min || most > spec.dtype.max) {
      String found = PythonFormat.g(least) + " to " + PythonFormat.g(most);
      throw new ZooException(
          Kind.DATA,
          image.path == null ? "input '" + spec.id + "'" : image.name,
          "it holds values that the network's input of type "
              + spec.dtype.numpy()
              + " cannot",
          found + (whole ? "" : ", with fractions"),
          String.format(
              Locale.ROOT, "whole numbers from %.0f to %.0f", spec.dtype.min, spec.dtype.max),
          "convert the image to " + spec.dtype.bytes * Byte.SIZE + " bit");
    }
  }

  /** What to say when a network of volumes gets a single plane, else null. */
  static String thinStack(TensorSpec spec, ImageShape image) {
    Axis axis = spec.axis('z');
    if (axis == null) {
      return null;
    }
    Size size = axis.size;
    int least = size.form == Size.Form.FIXED ? size.value : 1;
    least = size.form == Size.Form.STEPPED ? size.min : least;
    if (image.slices > 1 || least <= 1) {
      return null;
    }
    String frames = image.frames > 1 ? " and " + image.frames + " frames" : "";
    return "the network takes volumes of "
        + least
        + " slices or more; this has 1 slice"
        + frames;
  }
}
