package deepbacs.zoo.packages;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.Axis;
import deepbacs.zoo.tensors.Size;
import deepbacs.zoo.tensors.TensorSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * From tensors as one description states them to {@link TensorSpec}: references, halos, names.
 *
 * <p>Both formats meet here; the rules are those of format 0.5, to which 0.4 is brought.
 */
final class Resolver {

  private final Map<String, Map<String, RawAxis>> table = new LinkedHashMap<>();

  private Resolver() {}

  /**
   * Checks the tensors against each other and looks up every referenced size.
   *
   * @return inputs, and outputs
   * @throws ZooException PACKAGE: two tensors share an id; a reference names an unknown tensor or
   *     axis, its own axis, a batch axis, an axis that is itself referenced or free, or one in
   *     another unit; a halo leaves nothing of the smallest size; a step refers to no input
   */
  static List<List<TensorSpec>> resolve(List<RawTensor> inputs, List<RawTensor> outputs) {
    List<RawTensor> all = new ArrayList<>(inputs);
    all.addAll(outputs);
    refuseRepeatedIds(all);
    Resolver resolver = new Resolver();
    resolver.add(inputs);
    for (RawTensor tensor : all) {
      resolver.checkStepReferences(tensor);
    }
    List<List<TensorSpec>> result = new ArrayList<>();
    result.add(resolver.tensors(inputs));
    resolver.add(outputs);
    result.add(resolver.tensors(outputs));
    return result;
  }

  /** Refuses axes of one tensor that share an id or a short name. */
  static void checkAxes(Collection<RawAxis> axes) {
    Set<String> ids = new HashSet<>();
    Set<Character> names = new HashSet<>();
    for (RawAxis raw : axes) {
      if (!ids.add(raw.axis.id)) {
        throw raw.place
            .with(raw.axis.id)
            .wrong(
                "an id of its own for every axis of a tensor (a space axis without id is 'x')",
                "two axes of one tensor have the same id");
      }
      if (!names.add(raw.axis.name)) {
        throw raw.place
            .with(raw.axis.id)
            .wrong(
                Kind.UNSUPPORTED,
                "at most one batch, index, time and channel axis in a tensor",
                "two axes of one tensor are of the same kind",
                "use another package");
      }
    }
  }

  private static void refuseRepeatedIds(List<RawTensor> tensors) {
    Set<String> seen = new HashSet<>();
    for (RawTensor tensor : tensors) {
      if (!seen.add(tensor.id)) {
        throw tensor
            .idPlace
            .with(tensor.id)
            .wrong(
                "an id of its own for every input and output", "two tensors have the same id");
      }
    }
  }

  private void add(List<RawTensor> tensors) {
    for (RawTensor tensor : tensors) {
      Map<String, RawAxis> axes = new LinkedHashMap<>();
      for (RawAxis raw : tensor.axes) {
        axes.put(raw.axis.id, raw);
      }
      table.put(tensor.id, axes);
    }
  }

  private void checkStepReferences(RawTensor tensor) {
    // Implied steps stand at the end and nowhere in the description.
    for (int index = 0; index < tensor.stepPlaces.size(); index++) {
      Object reference = tensor.steps.get(index).kwargs.get("reference_tensor");
      if (reference != null && !table.containsKey(reference)) {
        throw tensor
            .stepPlaces
            .get(index)
            .get("kwargs")
            .get("reference_tensor")
            .wrong(
                "the id of an input: " + String.join(", ", table.keySet()),
                "this processing step refers to an unknown tensor");
      }
    }
  }

  private List<TensorSpec> tensors(List<RawTensor> tensors) {
    List<TensorSpec> result = new ArrayList<>();
    for (RawTensor tensor : tensors) {
      List<Axis> axes = new ArrayList<>();
      for (RawAxis raw : tensor.axes) {
        axes.add(axis(tensor.id, raw));
      }
      result.add(tensor.resolved(axes));
    }
    return result;
  }

  private Axis axis(String tensor, RawAxis raw) {
    Reference reference = raw.reference;
    if (reference == null) {
      if (raw.axis.size.form == Size.Form.FIXED || raw.axis.size.form == Size.Form.STEPPED) {
        checkHalo(raw, raw.axis.size.min);
      }
      return raw.axis;
    }
    Axis target = lookUp(tensor, raw);
    double scale = reference.isRatioStated() ? reference.ratio : target.scale / raw.axis.scale;
    Size size = Size.referenced(reference.tensor, target.name, scale, reference.offset);
    int least = size.of(target.size.min);
    if (raw.axis.name == 'c') {
      // Channels are always counted, as format 0.5 has it.
      return raw.sized(Size.fixed(least));
    }
    checkHalo(raw, least);
    double halo = raw.axis.halo / scale;
    if (!reference.isRatioStated() && halo != Math.rint(halo)) {
      throw raw.ofHalo()
          .wrong(
              "a halo that is a whole number of pixels of the referenced axis as well",
              "the halo does not fit the scale of the axis");
    }
    return raw.sized(size);
  }

  private Axis lookUp(String tensor, RawAxis raw) {
    Reference reference = raw.reference;
    Map<String, RawAxis> axes = table.get(reference.tensor);
    if (axes == null) {
      throw reference.tensorPlace.wrong(
          "one of " + String.join(", ", table.keySet()),
          "the size refers to an unknown tensor");
    }
    RawAxis found = axes.get(reference.axisId);
    if (found == null) {
      throw reference.axisPlace.wrong(
          "one of " + String.join(", ", axes.keySet()),
          "tensor " + reference.tensor + " has no such axis");
    }
    Axis target = found.axis;
    boolean itself = reference.tensor.equals(tensor) && reference.axisId.equals(raw.axis.id);
    boolean given = target.size.form == Size.Form.FIXED || target.size.form == Size.Form.STEPPED;
    if (itself || !given || target.name == 'b') {
      throw reference.axisPlace.wrong(
          "another axis whose size is fixed or stepped",
          "the size of axis "
              + reference.axisId
              + " of tensor "
              + reference.tensor
              + " is not given");
    }
    if (!reference.isRatioStated() && !Objects.equals(target.unit, raw.axis.unit)) {
      throw reference.axisPlace.wrong(
          "an axis in the same unit (" + unit(raw.axis) + ")",
          "the referenced axis is in another unit (" + unit(target) + ")");
    }
    return target;
  }

  private static String unit(Axis axis) {
    return axis.unit == null ? "None" : axis.unit;
  }

  private static void checkHalo(RawAxis raw, int smallest) {
    if (raw.axis.halo > 0 && smallest - 2L * raw.axis.halo < 1) {
      throw raw.ofHalo()
          .wrong(
              "a halo that leaves a pixel of the smallest size, " + smallest,
              "the halo is too large");
    }
  }
}
