package deepbacs.zoo.packages;

import deepbacs.zoo.tensors.Axis;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.FileRef;
import deepbacs.zoo.tensors.Size;
import deepbacs.zoo.tensors.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tensors of format 0.4, brought to the rules of 0.5.
 *
 * <p>A batch axis may have any size; an output's {@code shape = reference * scale + 2 * offset}; a
 * null (or 0) scale is a new axis of {@code 2 * offset} pixels; a step of 0 is a fixed size; an
 * input of another type than float32 gets the step {@code ensure_dtype} that 0.5 would state.
 */
final class Tensors04 {

  private static final String AXIS_NAMES = "bitczyx";
  /** Time and space: the axes that have pixels of a size, and halos. */
  private static final String CROPPED = "tzyx";

  private Tensors04() {}

  /** Reads {@code inputs} or {@code outputs} with their test and sample tensors. */
  static List<RawTensor> read(Field root, boolean inputs) {
    String kind = inputs ? "inputs" : "outputs";
    List<RawTensor> result = new ArrayList<>();
    for (Field place : root.get(kind).entries()) {
      result.add(tensor(place, inputs));
    }
    List<FileRef> tests = files(root.find("test_" + kind));
    if (!tests.isEmpty() && tests.size() != result.size()) {
      throw root.get("test_" + kind)
          .wrong(
              "one test tensor for each of " + result.size() + " " + kind,
              "there are " + tests.size() + " test tensors");
    }
    List<FileRef> samples = files(root.find("sample_" + kind));
    // Samples only illustrate, and the format allows any number of them.
    boolean sampled = samples.size() == result.size();
    for (int index = 0; index < result.size(); index++) {
      result.get(index).test = tests.isEmpty() ? null : tests.get(index);
      result.get(index).sample = sampled ? samples.get(index) : null;
    }
    return result;
  }

  private static List<FileRef> files(Field place) {
    List<FileRef> result = new ArrayList<>();
    if (place != null) {
      for (Field entry : place.items()) {
        result.add(Members.file(entry));
      }
    }
    return result;
  }

  private static RawTensor tensor(Field place, boolean input) {
    RawTensor raw = new RawTensor();
    String axes = axes(place.get("axes"));
    raw.axes = axes(place, axes, input);
    Field steps = place.find(input ? "preprocessing" : "postprocessing");
    raw.stepPlaces = steps == null ? Collections.<Field>emptyList() : steps.items();
    raw.dtype = Names.dtype(place.get("data_type"));
    raw.steps = Steps04.read(raw.stepPlaces, raw.axes);
    if (input && raw.dtype != DType.FLOAT32) {
      // In 0.4 every network takes float32, whatever the file holds; 0.5 has a step that says so.
      raw.steps.add(
          new Step("ensure_dtype", Collections.<String, Object>singletonMap("dtype", "float32")));
    }
    raw.idPlace = place.get("name");
    raw.id = Names.tensorId(raw.idPlace);
    return raw;
  }

  private static String axes(Field place) {
    List<String> names = new ArrayList<>();
    if (place.isList()) {
      for (Field entry : place.entries()) {
        names.add(Names.axisName(entry.text()));
      }
    } else {
      for (char axisName : place.text().toCharArray()) {
        names.add(String.valueOf(axisName));
      }
    }
    Set<String> different = new HashSet<>(names);
    for (String name : different) {
      if (name.length() != 1 || !AXIS_NAMES.contains(name)) {
        throw place.wrong("axes out of " + AXIS_NAMES);
      }
    }
    if (different.size() != names.size()) {
      throw place.wrong("each axis once");
    }
    return String.join("", names);
  }

  // --- shapes ------------------------------------------------------------------------------------

  private static List<RawAxis> axes(Field place, String axes, boolean input) {
    Field shape = place.get("shape");
    Field stated = input ? null : place.find("halo");
    boolean none = stated == null || stated.isList() && ((List<?>) stated.value).isEmpty();
    List<Field> halos = none ? null : oneForEach(stated, axes);
    List<RawAxis> raw = shaped(shape, axes, input);
    if (halos != null) {
      for (int index = 0; index < raw.size(); index++) {
        if (CROPPED.indexOf(axes.charAt(index)) >= 0) {
          Field halo = halos.get(index);
          raw.set(index, raw.get(index).withHalo(halo.integer(0), halo));
        }
      }
    }
    return raw;
  }

  private static List<RawAxis> shaped(Field shape, String axes, boolean input) {
    List<RawAxis> result = new ArrayList<>();
    if (shape.isList()) {
      List<Field> sizes = oneForEach(shape, axes);
      for (int index = 0; index < sizes.size(); index++) {
        Size size = Size.fixed(sizes.get(index).integer(1));
        result.add(axis(axes.charAt(index), size, 1, shape, null));
      }
      return result;
    }
    if (!shape.mapping().containsKey("reference_tensor")) {
      List<Field> least = oneForEach(shape.get("min"), axes);
      List<Field> step = oneForEach(shape.get("step"), axes);
      for (int index = 0; index < least.size(); index++) {
        Size size = stepped(least.get(index), step.get(index));
        result.add(axis(axes.charAt(index), size, 1, shape, null));
      }
      return result;
    }
    if (input) {
      throw shape.wrong("a list of sizes, or {min, step}");
    }
    List<Field> scales = oneForEach(shape.get("scale"), axes);
    List<Field> offsets = oneForEach(shape.get("offset"), axes);
    for (int index = 0; index < scales.size(); index++) {
      result.add(implicit(shape, axes.charAt(index), scales.get(index), offsets.get(index)));
    }
    return result;
  }

  private static RawAxis axis(
      char axisName, Size size, double scale, Field place, Reference reference) {
    String name = Names.axisId(String.valueOf(axisName));
    // Any number of samples may be given at once, whatever size the description states.
    Size allowed = axisName == 'b' ? free() : size;
    Axis axis = new Axis(axisName, name, allowed, 0, scale, null, Collections.<String>emptyList());
    return new RawAxis(axis, place, reference, null);
  }

  private static Size free() {
    return Size.free(1, Size.UNLIMITED);
  }

  private static Size stepped(Field least, Field step) {
    if (step.integer(0) == 0) {
      return Size.fixed(least.integer(1));
    }
    return Size.stepped(least.integer(1), step.integer(1));
  }

  private static RawAxis implicit(Field shape, char axisName, Field scale, Field offset) {
    double pixels = 2 * offset.number();
    if (axisName == 'b') {
      return axis(axisName, free(), 1, shape, null);
    }
    if (isNothing(scale.value)) {
      return axis(axisName, Size.fixed(offset.with(pixels).integer(1)), 1, shape, null);
    }
    double ratio = scale.positive();
    // The size of an output pixel in input pixels; index and channel axes have none.
    double pixel = CROPPED.indexOf(axisName) >= 0 ? 1 / ratio : 1;
    return axis(axisName, free(), pixel, shape, reference(shape, axisName, pixels, ratio));
  }

  /** Whether Python counts this as false. */
  private static boolean isNothing(Object value) {
    return value == null
        || Boolean.FALSE.equals(value)
        || "".equals(value)
        || value instanceof List && ((List<?>) value).isEmpty()
        || value instanceof YamlMapping && ((YamlMapping) value).isEmpty()
        || value instanceof Number && ((Number) value).doubleValue() == 0;
  }

  /** Reads {@code tensor}, or {@code tensor.axis} where the axis has another name. */
  private static Reference reference(Field shape, char axisName, double offset, double ratio) {
    Field place = shape.get("reference_tensor");
    String text = place.text();
    int dot = text.indexOf('.');
    String other = dot < 0 ? "" : text.substring(dot + 1);
    String axis = other.isEmpty() ? String.valueOf(axisName) : other;
    String name = Names.tensorId(place.with(dot < 0 ? text : text.substring(0, dot)));
    return new Reference(name, Names.axisId(axis), offset, place, place, ratio);
  }

  private static List<Field> oneForEach(Field place, String axes) {
    List<Field> entries = place.items();
    if (entries.size() != axes.length()) {
      throw place.wrong(
          axes.length() + " numbers, one for each of the axes " + axes,
          "this list has " + entries.size() + " entries");
    }
    return entries;
  }
}
