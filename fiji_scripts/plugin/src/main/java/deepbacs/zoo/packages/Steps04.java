package deepbacs.zoo.packages;

import deepbacs.zoo.tensors.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Processing steps of format 0.4, brought to the arguments of 0.5.
 *
 * <p>{@code axes} there never holds {@code b}: {@code mode} says whether statistics are of the
 * sample or of the data set, which in 0.5 is a batch axis among the axes. {@code
 * zero_mean_unit_variance} of mode {@code fixed} is {@code fixed_zero_mean_unit_variance}. Values
 * listed one by one belong to the single axis that {@code axes} leaves out.
 */
final class Steps04 {

  private static final List<String> MODES = Arrays.asList("per_sample", "per_dataset");
  private static final List<String> LISTED = Arrays.asList("gain", "offset", "mean", "std");

  private Steps04() {}

  static List<Step> read(List<Field> places, List<RawAxis> axes) {
    List<Step> result = new ArrayList<>();
    for (Field place : places) {
      result.add(step(place, axes));
    }
    return result;
  }

  private static Step step(Field place, List<RawAxis> axes) {
    String name = place.get("name").text();
    Field stated = place.find("kwargs");
    Field given = stated == null ? place.at("kwargs", new YamlMapping()) : stated;
    Map<String, Object> kwargs = Steps05.stated(given);
    StringBuilder tensorAxes = new StringBuilder();
    for (RawAxis raw : axes) {
      tensorAxes.append(raw.axis.name);
    }
    String jointly = jointly(given, tensorAxes.toString());
    kwargs.remove("axes");
    Object mode = kwargs.remove("mode");
    if (name.equals("zero_mean_unit_variance") && (mode == null || mode.equals("fixed"))) {
      given.get("mean");
      given.get("std");
      kwargs.remove("eps"); // fixed values are not made up of data: nothing can vanish
      return fixed(given, "fixed_zero_mean_unit_variance", kwargs, axes, jointly);
    }
    if (name.equals("scale_linear")) {
      return fixed(given, name, kwargs, axes, jointly);
    }
    if (mode != null) {
      kwargs.put("axes", measured(given.get("mode"), tensorAxes.toString(), jointly));
    } else if (jointly != null) {
      kwargs.put("axes", jointly);
    }
    return new Step(name, kwargs);
  }

  private static String jointly(Field given, String tensorAxes) {
    Field place = given.find("axes");
    if (place == null) {
      return null;
    }
    String text;
    if (place.isList()) {
      StringBuilder joined = new StringBuilder();
      for (Field entry : place.items()) {
        joined.append(entry.text());
      }
      text = joined.toString();
    } else {
      // An empty text stands for no axes at all, which leaves every axis on its own.
      text = "".equals(place.value) ? "" : place.text();
    }
    for (int index = 0; index < text.length(); index++) {
      char axisName = text.charAt(index);
      if (tensorAxes.indexOf(axisName) < 0 || text.indexOf(axisName) != index) {
        throw place.wrong(
            "each of the axes " + tensorAxes + " at most once",
            "this processing step names axes that the tensor does not have");
      }
    }
    return text;
  }

  /** The axes over which statistics are taken, with {@code b} for those of the data set. */
  private static String measured(Field mode, String tensorAxes, String jointly) {
    String name = mode.choice(MODES);
    // Left out, all axes of a sample count together.
    String axes = (jointly == null ? tensorAxes : jointly).replace("b", "");
    return name.equals("per_dataset") && tensorAxes.indexOf('b') >= 0 ? "b" + axes : axes;
  }

  /** Gives listed values the axis that {@code axes} leaves out; a list of one is its value. */
  private static Step fixed(
      Field given,
      String name,
      Map<String, Object> kwargs,
      List<RawAxis> axes,
      String jointly) {
    List<String> keys = new ArrayList<>();
    int longest = 0;
    int shortest = Integer.MAX_VALUE;
    for (String key : LISTED) {
      if (kwargs.get(key) instanceof List) {
        keys.add(key);
        longest = Math.max(longest, ((List<?>) kwargs.get(key)).size());
        shortest = Math.min(shortest, ((List<?>) kwargs.get(key)).size());
      }
    }
    if (keys.isEmpty()) {
      return new Step(name, kwargs);
    }
    List<RawAxis> own = own(axes, jointly == null ? "" : jointly);
    if (jointly == null || own.size() != 1) {
      if (longest != 1 || shortest != 1) {
        throw unclear(given.get(keys.get(0)), own);
      }
      for (String key : keys) {
        kwargs.put(key, ((List<?>) kwargs.get(key)).get(0));
      }
      return new Step(name, kwargs);
    }
    boolean linear = name.equals("scale_linear");
    for (String key : new String[] {linear ? "gain" : "mean", linear ? "offset" : "std"}) {
      if (kwargs.containsKey(key) && !(kwargs.get(key) instanceof List)) {
        kwargs.put(key, Collections.nCopies(longest, kwargs.get(key)));
      }
    }
    kwargs.put("axis", String.valueOf(own.get(0).axis.name));
    Steps05.checkLengths(given, kwargs, own.get(0));
    return new Step(name, kwargs);
  }

  private static List<RawAxis> own(List<RawAxis> axes, String jointly) {
    List<RawAxis> result = new ArrayList<>();
    for (RawAxis raw : axes) {
      if (raw.axis.name != 'b' && jointly.indexOf(raw.axis.name) < 0) {
        result.add(raw);
      }
    }
    return result;
  }

  private static RuntimeException unclear(Field place, List<RawAxis> own) {
    List<String> tensorAxes = new ArrayList<>();
    for (RawAxis raw : own) {
      tensorAxes.add(String.valueOf(raw.axis.name));
    }
    String found = tensorAxes.isEmpty() ? "none" : String.join(", ", tensorAxes);
    return place.wrong(
        "axes that leave exactly one axis of the tensor for the values",
        "it is unclear which of the axes (" + found + ") the values belong to");
  }
}
