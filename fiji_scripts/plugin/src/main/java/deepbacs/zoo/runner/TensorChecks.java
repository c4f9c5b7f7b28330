package deepbacs.zoo.runner;

import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.TensorInfo;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.Axis;
import deepbacs.zoo.tensors.Size;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.tensors.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The checks that every runner makes of what goes in and what comes out. */
final class TensorChecks {

  private TensorChecks() {}

  /**
   * Checks ids, number of axes and every size against the description.
   *
   * <p>Sizes that refer to an axis of another input are checked against it.
   *
   * @throws ZooException DATA
   */
  static void checkInputs(List<TensorSpec> specs, Map<String, Tensor> tensors) {
    List<String> ids = ids(specs);
    for (String name : tensors.keySet()) {
      if (!ids.contains(name)) {
        throw new ZooException(
            Kind.DATA,
            "input '" + name + "'",
            "the package has no such input",
            null,
            String.join(", ", new TreeSet<>(ids)),
            "use the ids that the package gives its inputs");
      }
    }
    for (TensorSpec spec : specs) {
      if (tensors.containsKey(spec.id)) {
        checkInput(spec, tensors.get(spec.id), specs, tensors);
      } else if (!spec.optional) {
        String given = tensors.isEmpty() ? "nothing" : String.join(", ", tensors.keySet());
        throw new ZooException(
            Kind.DATA,
            "input '" + spec.id + "'",
            "this input of the package is missing",
            "given: " + given,
            String.join(", ", ids),
            "give one tensor for every input that is not optional");
      }
    }
  }

  private static void checkInput(
      TensorSpec spec, Tensor tensor, List<TensorSpec> specs, Map<String, Tensor> tensors) {
    int[] shape = tensor.shape();
    if (shape.length != spec.axes.size()) {
      throw new ZooException(
          Kind.DATA,
          "input '" + spec.id + "'",
          "the tensor has another number of axes than the package says",
          "shape " + tuple(shape),
          spec.axes.size() + " axes, " + spec.axisNames(),
          "bring the axes into the package's order");
    }
    for (int index = 0; index < shape.length; index++) {
      Axis axis = spec.axes.get(index);
      String allowed = violated(axis.size, shape[index], specs, tensors);
      if (!allowed.isEmpty()) {
        throw new ZooException(
            Kind.DATA,
            "input '" + spec.id + "', axis " + axis.name,
            "the network does not take this size",
            shape[index],
            allowed,
            "crop or pad the tensor; prediction does so by itself");
      }
    }
  }

  /** What was allowed if the size is not; else an empty text. */
  private static String violated(
      Size rule, int size, List<TensorSpec> specs, Map<String, Tensor> tensors) {
    switch (rule.form) {
      case FIXED:
        return size == rule.value ? "" : String.valueOf(rule.value);
      case STEPPED:
        boolean steps = rule.step == 0 ? size == rule.min : size == rule.fit(size);
        return steps ? "" : rule.min + " + n*" + rule.step;
      case FREE:
        String most = rule.max == Size.UNLIMITED ? "any size" : String.valueOf(rule.max);
        return rule.min <= size && size <= rule.max ? "" : rule.min + " to " + most;
      default:
        return contradicted(rule, size, specs, tensors);
    }
  }

  private static String contradicted(
      Size rule, int size, List<TensorSpec> specs, Map<String, Tensor> tensors) {
    for (TensorSpec spec : specs) {
      boolean found = spec.id.equals(rule.tensor) && tensors.containsKey(rule.tensor);
      if (found && spec.axis(rule.axis) != null) {
        int expected = rule.of(tensors.get(rule.tensor).size(rule.axis));
        return size == expected ? "" : expected + ", from " + rule.tensor + "." + rule.axis;
      }
    }
    return "";
  }

  /**
   * Checks the number of outputs, that they are numbers, and their axes.
   *
   * @throws ZooException PACKAGE
   */
  static void checkOutputs(List<TensorSpec> specs, List<OnnxValue> found) {
    if (found.size() != specs.size()) {
      throw new ZooException(
          Kind.PACKAGE,
          "weights",
          "the network gives another number of outputs than the package describes",
          found.size(),
          specs.size() + " (" + String.join(", ", ids(specs)) + ")",
          "export the package again with matching outputs");
    }
    for (int index = 0; index < found.size(); index++) {
      checkOutput(specs.get(index), found.get(index));
    }
  }

  private static void checkOutput(TensorSpec spec, OnnxValue found) {
    boolean isTensor = found instanceof OnnxTensor;
    if (!isTensor || Values.type((TensorInfo) found.getInfo()) == null) {
      String other = found instanceof OnnxSequence ? "a sequence" : "a mapping";
      throw new ZooException(
          Kind.PACKAGE,
          "output '" + spec.id + "'",
          "the network gives something else than a tensor of numbers",
          isTensor ? "texts" : other,
          "a tensor of numbers",
          "export the package again with matching outputs");
    }
    long[] shape = ((TensorInfo) found.getInfo()).getShape();
    if (shape.length != spec.axes.size()) {
      int[] sizes = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
      throw new ZooException(
          Kind.PACKAGE,
          "output '" + spec.id + "'",
          "the network's tensor has another number of axes than the package describes",
          "shape " + tuple(sizes),
          spec.axes.size() + " axes, " + spec.axisNames(),
          "correct the axes in the package's description");
    }
  }

  static List<String> ids(List<TensorSpec> specs) {
    List<String> ids = new ArrayList<>();
    for (TensorSpec spec : specs) {
      ids.add(spec.id);
    }
    return ids;
  }

  /** A shape as Python writes a tuple. */
  private static String tuple(int[] shape) {
    String listed = Arrays.toString(shape);
    String inner = listed.substring(1, listed.length() - 1);
    return "(" + inner + (shape.length == 1 ? "," : "") + ")";
  }
}
