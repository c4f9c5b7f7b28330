package deepbacs.zoo.packages;

import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.Axis;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Tensors of format 0.5.
 *
 * <p>Specification: https://bioimage-io.github.io/spec-bioimage-io/ (model 0.5); what it defaults
 * is defaulted here in the same way: tensor ids {@code input} and {@code output}, axis ids {@code
 * batch}, {@code channel}, {@code index}, {@code time} and, for a space axis, {@code x}.
 */
final class Tensors05 {

  private static final List<String> TYPES =
      Arrays.asList("batch", "channel", "index", "time", "space");
  private static final List<String> PAD_MODES =
      Arrays.asList("constant", "edge", "reflect", "symmetric");
  private static final String SPACE = "zyx";

  private Tensors05() {}

  /** Reads {@code inputs} or {@code outputs}. */
  static List<RawTensor> read(Field root, boolean inputs) {
    List<RawTensor> result = new ArrayList<>();
    for (Field place : root.get(inputs ? "inputs" : "outputs").entries()) {
      result.add(tensor(place, inputs));
    }
    return result;
  }

  private static RawTensor tensor(Field place, boolean input) {
    RawTensor raw = new RawTensor();
    raw.axes = new ArrayList<>();
    for (Field axis : place.get("axes").entries()) {
      raw.axes.add(axis(axis, input));
    }
    Resolver.checkAxes(raw.axes);
    Field name = place.find("id");
    Field test = place.find("test_tensor");
    Field sample = place.find("sample_tensor");
    Field optional = input ? place.find("optional") : null;
    Field steps = place.find(input ? "preprocessing" : "postprocessing");
    raw.stepPlaces = steps == null ? Collections.<Field>emptyList() : steps.items();
    raw.id = name == null ? (input ? "input" : "output") : Names.tensorId(name);
    raw.dtype = dtype(place.find("data"), raw.axes);
    raw.steps = Steps05.read(raw.stepPlaces, raw.axes);
    raw.test = test == null ? null : Members.file(test);
    raw.sample = sample == null ? null : Members.file(sample);
    raw.optional = optional != null && optional.flag();
    readPad(raw, input ? place.find("pad") : null);
    raw.idPlace = place.at("id", raw.id);
    return raw;
  }

  // --- axes --------------------------------------------------------------------------------------

  private static RawAxis axis(Field place, boolean input) {
    String type = place.get("type").choice(TYPES);
    String name = axisId(place.find("id"), type.equals("space") ? "x" : type);
    char axisName = type.charAt(0);
    if (type.equals("space")) {
      if (name.length() != 1 || !SPACE.contains(name)) {
        throw place
            .at("id", name)
            .wrong(
                Kind.UNSUPPORTED,
                "the space axes x, y and z",
                "this space axis has a name unknown here",
                "use another package, or rename the axis in the description");
      }
      axisName = name.charAt(0);
    }
    if (type.equals("batch")) {
      return plain(axisName, name, batchSize(place), Collections.<String>emptyList(), place);
    }
    if (type.equals("channel")) {
      List<String> names = new ArrayList<>();
      for (Field entry : place.get("channel_names").entries()) {
        names.add(entry.text());
      }
      return plain(axisName, name, Size.fixed(names.size()), names, place);
    }
    return sizedAxis(place, input, axisName, name);
  }

  private static RawAxis plain(
      char axisName, String name, Size size, List<String> channels, Field place) {
    return new RawAxis(new Axis(axisName, name, size, 0, 1, null, channels), place, null, null);
  }

  private static RawAxis sizedAxis(Field place, boolean input, char axisName, String name) {
    boolean measured = axisName != 'i';
    Field scale = measured ? place.find("scale") : null;
    Field unit = measured ? place.find("unit") : null;
    Field halo = measured && !input ? place.find("halo") : null;
    Field size = place.get("size");
    Reference reference = reference(size);
    if (halo != null && reference == null) {
      // The size must make sense before its halo is looked at.
      size(size, input, axisName);
      throw size.wrong(
          "a reference to another axis ({tensor_id, axis_id})",
          "an axis with a halo must have a referenced size");
    }
    Axis axis =
        new Axis(
            axisName,
            name,
            reference == null ? size(size, input, axisName) : free(),
            halo == null ? 0 : halo.integer(0),
            scale == null ? 1 : scale.positive(),
            unit == null ? null : unit.text(),
            Collections.<String>emptyList());
    return new RawAxis(axis, place, reference, halo);
  }

  private static Size batchSize(Field place) {
    Field size = place.find("size");
    if (size == null) {
      return free();
    }
    if (size.integer(1) != 1) {
      throw size.wrong("1, or no size at all");
    }
    return Size.fixed(1);
  }

  private static Size free() {
    return Size.free(1, Size.UNLIMITED);
  }

  private static Reference reference(Field place) {
    if (!place.isMapping() || !place.mapping().containsKey("tensor_id")) {
      return null;
    }
    Field offset = place.find("offset");
    return new Reference(
        Names.tensorId(place.get("tensor_id")),
        axisId(place.get("axis_id"), ""),
        offset == null ? 0 : offset.integer(),
        place.get("tensor_id"),
        place.get("axis_id"),
        Double.NaN);
  }

  private static Size size(Field place, boolean input, char axisName) {
    if (!place.isMapping()) {
      return Size.fixed(place.integer(1));
    }
    if (input) {
      return Size.stepped(place.get("min").integer(1), place.get("step").integer(1));
    }
    if (axisName != 'i' || place.mapping().containsKey("step")) {
      throw place.wrong(
          "a whole number, {tensor_id, axis_id, offset}, or {min, max} for an index axis",
          "the size of an output axis has an unknown form");
    }
    Field least = place.find("min");
    Field most = place.find("max");
    int minimum = least == null ? 1 : least.integer(1);
    return Size.free(minimum, most == null ? Size.UNLIMITED : most.integer(minimum + 1));
  }

  private static String axisId(Field place, String missing) {
    // The specification reads b, t, i and c as short names of the axes.
    return place == null ? missing : Names.axisId(place.text());
  }

  // --- data and padding --------------------------------------------------------------------------

  private static DType dtype(Field place, List<RawAxis> axes) {
    if (place == null) {
      return DType.FLOAT32;
    }
    if (!place.isList()) {
      return oneDtype(place);
    }
    List<DType> types = new ArrayList<>();
    for (Field entry : place.entries()) {
      types.add(oneDtype(entry));
    }
    if (Collections.frequency(types, types.get(0)) != types.size()) {
      throw place.wrong("one type for all channels", "the channels differ in data type");
    }
    for (RawAxis raw : axes) {
      Size size = raw.axis.size;
      boolean fits = size.form == Size.Form.FIXED && size.value == types.size();
      if (raw.axis.name == 'c' && !fits) {
        throw place.wrong(
            "one entry for each of " + raw.axis.channelNames.size() + " channels",
            "the data of " + types.size() + " channels are described");
      }
    }
    return types.get(0);
  }

  private static DType oneDtype(Field place) {
    Field stated = place.find("type");
    if (stated != null) {
      return Names.dtype(stated);
    }
    return place.find("values") != null ? DType.UINT8 : DType.FLOAT32;
  }

  private static void readPad(RawTensor raw, Field place) {
    if (place == null) {
      return;
    }
    Field mode = place.find("mode");
    Field value = place.find("value");
    // Without a mode the specification reads the first kind, constant.
    raw.padMode = mode == null ? "constant" : mode.choice(PAD_MODES);
    raw.padValue = value != null && raw.padMode.equals("constant") ? value.number() : 0;
  }
}
