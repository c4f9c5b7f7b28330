package deepbacs.zoo.packages;

import deepbacs.zoo.tensors.Size;
import deepbacs.zoo.tensors.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Processing steps of format 0.5, with short names of axes; a null argument counts as left out.
 *
 * <p>The package {@code processing} knows which operations exist: a step that it does not
 * know is read all the same, and refused there.
 */
final class Steps05 {

  private static final List<String> BY_CHANNEL =
      Arrays.asList("gain", "offset", "mean", "std", "threshold");

  private Steps05() {}

  static List<Step> read(List<Field> places, List<RawAxis> axes) {
    List<Step> result = new ArrayList<>();
    for (Field place : places) {
      result.add(step(place, axes));
    }
    return result;
  }

  private static Step step(Field place, List<RawAxis> axes) {
    String name = place.get("id").text();
    if (name.equals("custom")) {
      return custom(place);
    }
    Field given = place.find("kwargs");
    if (given == null) {
      return new Step(name, Collections.<String, Object>emptyMap());
    }
    Map<String, Object> kwargs = stated(given);
    if (kwargs.containsKey("axes")) {
      StringBuilder names = new StringBuilder();
      for (Field entry : given.get("axes").items()) {
        names.append(axisName(entry, axes));
      }
      kwargs.put("axes", names.toString());
    }
    if (kwargs.containsKey("axis")) {
      char axisName = axisName(given.get("axis"), axes);
      kwargs.put("axis", String.valueOf(axisName));
      checkLengths(given, kwargs, axis(axisName, axes));
    }
    return new Step(name, kwargs);
  }

  /** The arguments that are not null. */
  static Map<String, Object> stated(Field given) {
    Map<String, Object> result = new LinkedHashMap<>(given.mapping());
    result.values().removeAll(Collections.singleton(null));
    return result;
  }

  private static Step custom(Field place) {
    Field given = place.find("kwargs");
    Map<String, Object> kwargs = new LinkedHashMap<>();
    kwargs.put("callable", place.get("callable").text());
    kwargs.put("source", Members.file(place.get("source"), place.find("sha256")));
    kwargs.put("kwargs", given == null ? new YamlMapping() : given.mapping());
    return new Step("custom", kwargs);
  }

  private static char axisName(Field place, List<RawAxis> axes) {
    String name = Names.axisId(place.text());
    List<String> known = new ArrayList<>();
    for (RawAxis raw : axes) {
      if (raw.axis.id.equals(name)) {
        return raw.axis.name;
      }
      known.add(raw.axis.id);
    }
    throw place.wrong(
        "an axis of this tensor: " + String.join(", ", known),
        "this processing step names an axis that the tensor does not have");
  }

  private static RawAxis axis(char axisName, List<RawAxis> axes) {
    for (RawAxis raw : axes) {
      if (raw.axis.name == axisName) {
        return raw;
      }
    }
    throw new IllegalArgumentException(String.valueOf(axisName));
  }

  /** Refuses lists whose length is not the fixed size of the axis that they belong to. */
  static void checkLengths(Field place, Map<String, Object> kwargs, RawAxis raw) {
    if (raw.axis.size.form != Size.Form.FIXED) {
      return;
    }
    for (String key : BY_CHANNEL) {
      Object values = kwargs.get(key);
      if (values instanceof List && ((List<?>) values).size() != raw.axis.size.value) {
        throw place
            .get(key)
            .wrong(
                raw.axis.size.value
                    + " values, one for each position of axis "
                    + raw.axis.id,
                ((List<?>) values).size() + " values do not fit the axis");
      }
    }
  }
}
