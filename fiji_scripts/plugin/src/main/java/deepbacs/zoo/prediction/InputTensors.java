package deepbacs.zoo.prediction;

import deepbacs.zoo.errors.PythonFormat;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.images.ImageShape;
import deepbacs.zoo.images.Plane;
import deepbacs.zoo.images.ZooImage;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.tensors.TensorSpec;
import java.util.Locale;

/** Positions of images as the tensors of inputs. */
final class InputTensors {

  private static final double LARGEST_HALF = 65504;

  private InputTensors() {}

  /**
   * One position of an image in the axis order of the input, batch of one included.
   *
   * @throws ZooException DATA: the image holds values that the input's type cannot
   */
  static Tensor take(TensorSpec spec, ZooImage image, Positions positions, int[] position) {
    String order = spec.axisNames();
    int[] shape = new int[order.length()];
    for (int axis = 0; axis < shape.length; axis++) {
      boolean ofImage = Positions.IMAGE_AXES.indexOf(order.charAt(axis)) >= 0;
      shape[axis] = ofImage ? image.shape.size(order.charAt(axis)) : 1;
    }
    boolean whole = !spec.dtype.isFloat();
    boolean wide = spec.dtype.isWide() || image.shape.dtype.isWide();
    Tensor tensor = Tensor.zeros(wide ? DType.FLOAT64 : DType.FLOAT32, order, shape);
    fill(tensor, image, ranges(spec, image.shape, positions, position));
    if (whole && !holds(spec.dtype, image.shape.dtype)) {
      checkValues(tensor, spec, image);
    }
    return Pipeline.cast(tensor, spec.dtype);
  }

  /** The part of the image along its axes, {@code [axis]{from, to}}. */
  private static int[][] ranges(
      TensorSpec spec, ImageShape image, Positions positions, int[] position) {
    int[][] ranges = new int[Positions.IMAGE_AXES.length()][];
    for (int axis = 0; axis < ranges.length; axis++) {
      char axisName = Positions.IMAGE_AXES.charAt(axis);
      int size = image.size(axisName);
      if (spec.axis(axisName) != null) {
        ranges[axis] = new int[] {0, size};
      } else {
        // An image with one position serves all positions of the others.
        int along = positions.axes.indexOf(axisName);
        int at = along < 0 ? 0 : Math.min(position[along], size - 1);
        ranges[axis] = new int[] {at, at + 1};
      }
    }
    return ranges;
  }

  private static void fill(Tensor tensor, ZooImage image, int[][] ranges) {
    int[] steps = new int[ranges.length];
    for (int axis = 0; axis < ranges.length; axis++) {
      int own = tensor.axes.indexOf(Positions.IMAGE_AXES.charAt(axis));
      steps[axis] = own < 0 ? 0 : tensor.strides()[own];
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

  /** True if a whole-number type holds every value of another type. */
  private static boolean holds(DType required, DType given) {
    return !given.isFloat() && given.min >= required.min && given.max <= required.max;
  }

  /**
   * Refuses an image with numbers beyond those of an input of real numbers.
   *
   * @throws ZooException DATA: some would become infinite
   */
  static void checkRange(TensorSpec spec, ZooImage image) {
    double largest = spec.dtype == DType.FLOAT16 ? LARGEST_HALF : Float.MAX_VALUE;
    boolean narrower =
        spec.dtype == DType.FLOAT32 && image.shape.dtype == DType.FLOAT64
            || spec.dtype == DType.FLOAT16 && image.shape.dtype.bytes > 1;
    if (!narrower) {
      return;
    }
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    int size = image.shape.height * image.shape.width;
    for (int number = 0; number < image.shape.planes(); number++) {
      int place = number / image.shape.channels;
      Plane plane =
          image.plane(
              place / image.shape.slices,
              place % image.shape.slices,
              number % image.shape.channels);
      for (int index = 0; index < size; index++) {
        least = Math.min(least, plane.get(index));
        most = Math.max(most, plane.get(index));
      }
    }
    // Halfway to the next number that there would be, a number is rounded to infinity.
    double limit = spec.dtype == DType.FLOAT16 ? LARGEST_HALF + 16 : 0x1.ffffffp127;
    if (least <= -limit || most >= limit) {
      throw new ZooException(
          Kind.DATA,
          image.path == null ? "input '" + spec.id + "'" : image.name,
          "it holds values that the network's input of type "
              + spec.dtype.numpy()
              + " cannot",
          PythonFormat.g(least) + " to " + PythonFormat.g(most),
          "numbers from " + PythonFormat.g(-largest) + " to " + PythonFormat.g(largest),
          "divide its values by a number (in ImageJ: Process > Math > Divide)");
    }
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
}
