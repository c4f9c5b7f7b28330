package deepbacs.zoo.processing;

import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.findings.Rule;
import deepbacs.zoo.tensors.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Arguments of processing steps, checked before anything is computed. */
final class StepChecks {

  private static final String AXIS_NAMES = "bitczyx";
  private static final List<String> DTYPES =
      Arrays.asList(
          "float32", "float64", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64",
          "int64", "bool");
  private static final List<String> FOREIGN =
      Arrays.asList("custom", "stardist_postprocessing", "cellpose_flow_dynamics");
  private static final double SMALLEST_STD = 1e-6;

  private static final Rule NUMBER = new Rule("a number", StepChecks::isNumber);
  private static final Rule NUMBERS =
      new Rule(
          "a number, or a list of numbers",
          value -> isNumber(value) || isList(value, StepChecks::isNumber));
  private static final Rule DEVIATIONS =
      new Rule(
          "a number of at least 1e-6, or a list of them",
          value -> isDeviation(value) || isList(value, StepChecks::isDeviation));
  private static final Rule AXES =
      new Rule("axes of the tensor, among " + AXIS_NAMES, StepChecks::isAxes);
  private static final Rule AXIS = new Rule("one axis other than batch", StepChecks::isAxis);
  private static final Rule EPS =
      new Rule(
          "a number above 0, at most 0.1",
          value -> isNumber(value) && of(value) > 0 && of(value) <= 0.1);
  private static final Rule LOWER =
      new Rule(
          "a percentile from 0 to below 100",
          value -> isNumber(value) && of(value) >= 0 && of(value) < 100);
  private static final Rule UPPER =
      new Rule(
          "a percentile above 1 up to 100",
          value -> isNumber(value) && of(value) > 1 && of(value) <= 100);
  private static final Rule TENSOR =
      new Rule("the id of a tensor", value -> value instanceof String && !value.equals(""));
  private static final Rule DTYPE =
      new Rule("one of " + String.join(", ", DTYPES), DTYPES::contains);

  private static final Map<String, Map<String, Rule>> RULES = new LinkedHashMap<>();

  static {
    rule("binarize", "threshold", NUMBERS, "axis", AXIS);
    rule(
        "clip",
        "min",
        NUMBER,
        "max",
        NUMBER,
        "min_percentile",
        LOWER,
        "max_percentile",
        UPPER,
        "axes",
        AXES);
    rule("ensure_dtype", "dtype", DTYPE);
    rule("fixed_zero_mean_unit_variance", "mean", NUMBERS, "std", DEVIATIONS, "axis", AXIS);
    rule("scale_linear", "gain", NUMBERS, "offset", NUMBERS, "axis", AXIS);
    rule("scale_mean_variance", "reference_tensor", TENSOR, "axes", AXES, "eps", EPS);
    rule(
        "scale_range",
        "axes",
        AXES,
        "min_percentile",
        LOWER,
        "max_percentile",
        UPPER,
        "eps",
        EPS,
        "reference_tensor",
        TENSOR);
    rule("sigmoid");
    rule("softmax", "axis", AXIS);
    rule("zero_mean_unit_variance", "axes", AXES, "eps", EPS);
  }

  private final Step step;
  private final String place;

  private StepChecks(Step step, String place) {
    this.step = step;
    this.place = place;
  }

  /** See {@link Processing#check}. */
  static void check(List<Step> steps, String where, String axes) {
    for (int index = 0; index < steps.size(); index++) {
      Step step = steps.get(index);
      String place = where + ": step " + (index + 1) + ", " + step.name;
      if (!RULES.containsKey(step.name)) {
        throw new ZooException(
            Kind.UNSUPPORTED,
            place,
            FOREIGN.contains(step.name)
                ? "this operation runs foreign code and is left out"
                : "an unknown operation",
            step.name,
            String.join(", ", RULES.keySet()),
            "take the network's own output, or another package");
      }
      new StepChecks(step, place).check(axes);
    }
  }

  private void check(String axes) {
    checkArguments();
    checkLists();
    if (RULES.get(step.name).containsKey("min_percentile")) {
      checkPercentiles();
    }
    if (step.name.equals("clip")) {
      checkClip();
    }
    if (axes != null) {
      checkAxes(axes);
    }
  }

  private void checkArguments() {
    Map<String, Rule> rules = RULES.get(step.name);
    for (String name : required(step.name)) {
      if (!step.kwargs.containsKey(name)) {
        throw wrong("the argument " + name + " is missing", null, rules.get(name).allowed);
      }
    }
    for (Map.Entry<String, Object> argument : step.kwargs.entrySet()) {
      String name = argument.getKey();
      Object value = argument.getValue();
      Rule rule = rules.get(name);
      if (rule == null) {
        String known = rules.isEmpty() ? "no argument" : String.join(", ", rules.keySet());
        throw wrong("an unknown argument", name + ": " + PythonText.str(value), known);
      }
      if (!rule.holds.test(value)) {
        throw wrong(
            "the argument " + name + " is out of its range", PythonText.str(value), rule.allowed);
      }
    }
  }

  private static List<String> required(String name) {
    switch (name) {
      case "binarize":
        return Collections.singletonList("threshold");
      case "ensure_dtype":
        return Collections.singletonList("dtype");
      case "fixed_zero_mean_unit_variance":
        return Arrays.asList("mean", "std");
      case "scale_mean_variance":
        return Collections.singletonList("reference_tensor");
      default:
        return Collections.emptyList();
    }
  }

  private void checkLists() {
    Map<String, Object> lengths = new LinkedHashMap<>();
    for (Map.Entry<String, Object> argument : step.kwargs.entrySet()) {
      if (argument.getValue() instanceof List) {
        lengths.put(argument.getKey(), ((List<?>) argument.getValue()).size());
      }
    }
    if (!lengths.isEmpty() && !step.kwargs.containsKey("axis")) {
      throw wrong(
          "values in a list belong to no axis", PythonText.str(lengths), "an argument axis");
    }
    if (new HashSet<>(lengths.values()).size() > 1) {
      throw wrong("lists of different lengths", PythonText.str(lengths), "lists of one length");
    }
  }

  private void checkPercentiles() {
    // An upper one at or below 1 is refused before, hence the defaults need no second look.
    Object lower = step.kwargs.getOrDefault("min_percentile", 0L);
    Object upper = step.kwargs.getOrDefault("max_percentile", 100L);
    if (of(lower) >= of(upper)) {
      throw wrong("the percentiles are not in order", pair(lower, upper), "lower, upper");
    }
  }

  private void checkClip() {
    Map<String, Object> kwargs = step.kwargs;
    for (String name : new String[] {"min", "max"}) {
      if (kwargs.containsKey(name) && kwargs.containsKey(name + "_percentile")) {
        throw wrong(name + " is given twice", PythonText.str(kwargs), name + " or a percentile");
      }
    }
    boolean relative = kwargs.containsKey("min_percentile") || kwargs.containsKey("max_percentile");
    if (!kwargs.containsKey("min") && !kwargs.containsKey("max") && !relative) {
      throw wrong("it has no bound", PythonText.str(kwargs), "min, max or their percentiles");
    }
    boolean both = kwargs.containsKey("min") && kwargs.containsKey("max");
    if (both && of(kwargs.get("min")) >= of(kwargs.get("max"))) {
      String found = pair(kwargs.get("min"), kwargs.get("max"));
      throw wrong("its bounds are not in order", found, "min below max");
    }
    if (kwargs.containsKey("axes") && !relative) {
      throw wrong(
          "axes without a percentile",
          PythonText.str(kwargs.get("axes")),
          "axes with percentiles");
    }
  }

  private void checkAxes(String axes) {
    String named =
        step.kwargs.getOrDefault("axes", "") + "" + step.kwargs.getOrDefault("axis", "");
    if (step.name.equals("softmax") && named.isEmpty()) {
      named = "c";
    }
    List<String> absent = new ArrayList<>();
    for (char axisName : named.toCharArray()) {
      if (axes.indexOf(axisName) < 0) {
        absent.add(String.valueOf(axisName));
      }
    }
    if (!absent.isEmpty()) {
      throw wrong(
          "it names an axis that the tensor does not have", String.join(", ", absent), axes);
    }
  }

  private ZooException wrong(String what, String value, String allowed) {
    return new ZooException(
        Kind.PACKAGE, place, what, value, allowed, "correct the package's description");
  }

  private static String pair(Object first, Object second) {
    return PythonText.str(first) + ", " + PythonText.str(second);
  }

  // --- rules -------------------------------------------------------------------------------------

  private static void rule(String operation, Object... namesAndRules) {
    Map<String, Rule> rules = new LinkedHashMap<>();
    for (int index = 0; index < namesAndRules.length; index += 2) {
      rules.put((String) namesAndRules[index], (Rule) namesAndRules[index + 1]);
    }
    RULES.put(operation, rules);
  }

  private static boolean isNumber(Object value) {
    return value instanceof Number && !Double.isNaN(of(value)) && !Double.isInfinite(of(value));
  }

  private static double of(Object value) {
    return ((Number) value).doubleValue();
  }

  private static boolean isDeviation(Object value) {
    return isNumber(value) && of(value) >= SMALLEST_STD;
  }

  private static boolean isList(Object value, Predicate<Object> element) {
    return value instanceof List
        && !((List<?>) value).isEmpty()
        && ((List<?>) value).stream().allMatch(element);
  }

  private static boolean isAxes(Object value) {
    return value instanceof String
        && ((String) value).chars().allMatch(axisName -> AXIS_NAMES.indexOf(axisName) >= 0);
  }

  private static boolean isAxis(Object value) {
    return isAxes(value) && ((String) value).length() == 1 && !value.equals("b");
  }

  private static final class Rule {
    final String allowed;
    final Predicate<Object> holds;

    Rule(String allowed, Predicate<Object> holds) {
      this.allowed = allowed;
      this.holds = holds;
    }
  }
}
