package deepbacs.zoo.decoding;

import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.Tensor;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * The {@code decode} block as it stands in a description, whose fields are checked as they are
 * read.
 *
 * <p>Each kind reads its fields in the order of the schema, so that of several faults the same one
 * is named as in Python.
 */
final class DecodeConfig {

  static final String WHERE = "config.deepbacs_zoo.decode";

  private final Map<?, ?> values;

  DecodeConfig(Map<?, ?> values) {
    this.values = values;
  }

  Object kind() {
    return values.get("kind");
  }

  /** The settings, or null for a kind that is not known. */
  Decoding read() {
    if (!(kind() instanceof String)) {
      return null;
    }
    switch ((String) kind()) {
      case "multilabel":
        return new Multilabel(this);
      case "foreground":
        return new Foreground(this);
      case "stars":
        return new StarConvex(this);
      case "splines":
        return new Spline(this);
      case "boxes":
        return new AnchorBoxes(this);
      default:
        return null;
    }
  }

  /** Refuses fields that a kind does not have, and an output that is none. */
  String output(String... fields) {
    List<String> known = Arrays.asList(fields);
    for (Map.Entry<?, ?> entry : values.entrySet()) {
      if (!entry.getKey().equals("kind") && !known.contains(entry.getKey())) {
        String where = WHERE + "." + entry.getKey();
        throw wrong(where, entry.getValue(), "one of " + String.join(", ", known));
      }
    }
    Object value = values.get("output");
    if (!(value instanceof String)) {
      throw wrong(WHERE + ".output", value, "the id of an output tensor");
    }
    return (String) value;
  }

  /** A whole number that may be left out. */
  int whole(String name, int least, int unset) {
    return values.containsKey(name) ? whole(name, least) : unset;
  }

  /**
   * A whole number that must be there. One beyond what an int holds counts as the largest one: no
   * image has as many pixels.
   */
  int whole(String name, int least) {
    Object value = values.get(name);
    if (!isWhole(value) || ((Number) value).doubleValue() < least) {
      throw wrong(WHERE + "." + name, value, "a whole number of at least " + least);
    }
    return (int) Math.min(Integer.MAX_VALUE, ((Number) value).doubleValue());
  }

  /** A number between 0 and 1, neither of them, that may be left out. */
  double fraction(String name, double unset) {
    if (!values.containsKey(name)) {
      return unset;
    }
    Object value = values.get(name);
    double number = value instanceof Number ? ((Number) value).doubleValue() : Double.NaN;
    if (!(number > 0 && number < 1)) {
      throw wrong(WHERE + "." + name, value, "a number between 0 and 1");
    }
    return number;
  }

  /** Names that must be there, at least one. */
  List<String> names(String name) {
    Object value = values.get(name);
    List<String> found = new ArrayList<>();
    for (Object each : value instanceof List ? (List<?>) value : new ArrayList<>()) {
      found.add(each instanceof String ? (String) each : "");
    }
    if (found.isEmpty() || found.contains("")) {
      throw wrong(WHERE + "." + name, value, "a list of names, at least one");
    }
    if (new HashSet<>(found).size() < found.size()) {
      throw wrong(WHERE + "." + name, value, "a list of names, each only once");
    }
    return found;
  }

  static boolean isOne(Object value) {
    // Python takes true for 1, too.
    return value instanceof Number && ((Number) value).doubleValue() == 1
        || Boolean.TRUE.equals(value);
  }

  private static boolean isWhole(Object value) {
    return value instanceof Long || value instanceof Integer || value instanceof BigInteger;
  }

  static ZooException wrong(String where, Object value, String allowed) {
    return new ZooException(
        Kind.PACKAGE,
        where,
        "this field is not as the schema has it",
        value == null ? null : PythonText.str(value),
        allowed,
        "correct the description or export the package again");
  }

  /** That a tensor is no {@code c y x} with the channels that the settings ask for. */
  static ZooException lacking(
      String output, Tensor tensor, String verb, String allowed, String fields) {
    StringBuilder found = new StringBuilder();
    for (int size : tensor.shape()) {
      found.append(found.length() == 0 ? "" : "x").append(size);
    }
    return new ZooException(
        Kind.PACKAGE,
        "output " + output,
        "it does not have the channels that " + WHERE + " " + verb,
        "shape " + found,
        allowed,
        "correct " + fields + " of " + WHERE);
  }
}
