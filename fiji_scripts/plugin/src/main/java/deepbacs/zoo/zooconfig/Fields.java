package deepbacs.zoo.zooconfig;

import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The fields of the block {@code decode}, checked as they are read.
 *
 * <p>Names are those of the newest schema. Each kind reads its fields in the order of the schema,
 * so that of several faults the same one is named as in Python.
 */
final class Fields {

  static final String WHERE = "config.deepbacs_zoo.decode";

  private static final String FRACTION = "a number between 0 and 1";

  private final Map<?, ?> values;
  private final Schema schema;

  Fields(Map<?, ?> values, Schema schema) {
    this.values = values;
    this.schema = schema;
  }

  /** Refuses fields that a kind does not have, and an output that is none. */
  String output(String... fields) {
    List<String> known = new ArrayList<>();
    for (String field : fields) {
      known.add(schema.name(field));
    }
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
    return values.containsKey(schema.name(name)) ? whole(name, least) : unset;
  }

  /**
   * A whole number that must be there. One beyond what an int holds counts as the largest one: no
   * image has as many pixels.
   */
  int whole(String name, int least) {
    Object value = value(name);
    if (!isWhole(value) || ((Number) value).doubleValue() < least) {
      throw wrong(where(name), value, "a whole number of at least " + least);
    }
    return (int) Math.min(Integer.MAX_VALUE, ((Number) value).doubleValue());
  }

  /** A number between 0 and 1, neither of them, that may be left out. */
  double fraction(String name, double unset) {
    return number(name, unset, Fields::isFraction, FRACTION);
  }

  /** A number between 0 and 1, or 0, which it is where it is left out. */
  double fractionOrZero(String name) {
    return number(name, 0, Fields::isFractionOrZero, "0 or " + FRACTION);
  }

  private double number(String name, double unset, Predicate<Object> allowed, String inWords) {
    if (!values.containsKey(schema.name(name))) {
      return unset;
    }
    Object value = value(name);
    if (!allowed.test(value)) {
      throw wrong(where(name), value, inWords);
    }
    return ((Number) value).doubleValue();
  }

  /** A number between 0 and 1, or a list of them, that may be left out. */
  OneOrMore fractions(String name, double unset) {
    return oneOrMore(name, unset, Fields::isFraction, FRACTION);
  }

  /** A number of at least 0, or a list of them, that may be left out. */
  OneOrMore factors(String name, double unset) {
    return oneOrMore(name, unset, Fields::isFactor, "a number of at least 0");
  }

  private OneOrMore oneOrMore(
      String name, double unset, Predicate<Object> allowed, String inWords) {
    Object value = values.containsKey(schema.name(name)) ? value(name) : unset;
    List<?> numbers = value instanceof List ? (List<?>) value : Collections.singletonList(value);
    String words = inWords + ", or a list of them, one for each class";
    OneOrMore found = new OneOrMore(where(name), value, words);
    for (Object number : numbers) {
      if (!allowed.test(number)) {
        throw found.wrong();
      }
      found.numbers.add(((Number) number).doubleValue());
    }
    if (found.numbers.isEmpty()) {
      throw found.wrong();
    }
    return found;
  }

  /** A number for all classes, or one for each. */
  static final class OneOrMore {

    private final String where;
    private final Object value;
    private final String allowed;
    private final List<Double> numbers = new ArrayList<>();

    private OneOrMore(String where, Object value, String allowed) {
      this.where = where;
      this.value = value;
      this.allowed = allowed;
    }

    /** One number for each class; a list of another length is refused. */
    List<Double> forEach(int classes) {
      if (!(value instanceof List)) {
        return Collections.nCopies(classes, numbers.get(0));
      }
      if (numbers.size() != classes) {
        throw wrong();
      }
      return Collections.unmodifiableList(numbers);
    }

    private ZooException wrong() {
      return Fields.wrong(where, value, allowed);
    }
  }

  /** Numbers between 0 and 1, ascending, that may be left out: then there are none. */
  List<Double> ascending(String name) {
    Object value = values.containsKey(schema.name(name)) ? value(name) : Collections.emptyList();
    List<?> numbers = value instanceof List ? (List<?>) value : Collections.singletonList(null);
    List<Double> found = new ArrayList<>();
    for (Object number : numbers) {
      double least = found.isEmpty() ? 0 : found.get(found.size() - 1);
      if (!isFraction(number) || ((Number) number).doubleValue() <= least) {
        throw wrong(where(name), value, "a list of numbers between 0 and 1, ascending");
      }
      found.add(((Number) number).doubleValue());
    }
    return Collections.unmodifiableList(found);
  }

  /** Names that must be there, at least one. */
  List<String> names(String name) {
    Object value = value(name);
    List<String> found = new ArrayList<>();
    for (Object each : value instanceof List ? (List<?>) value : new ArrayList<>()) {
      found.add(each instanceof String ? (String) each : "");
    }
    if (found.isEmpty() || found.contains("")) {
      throw wrong(where(name), value, "a list of names, at least one");
    }
    if (new HashSet<>(found).size() < found.size()) {
      throw wrong(where(name), value, "a list of names, each only once");
    }
    return found;
  }

  private Object value(String name) {
    return values.get(schema.name(name));
  }

  private String where(String name) {
    return WHERE + "." + schema.name(name);
  }

  private static boolean isFraction(Object value) {
    double number = value instanceof Number ? ((Number) value).doubleValue() : Double.NaN;
    return number > 0 && number < 1;
  }

  private static boolean isFractionOrZero(Object value) {
    return isFraction(value) || (value instanceof Number && ((Number) value).doubleValue() == 0);
  }

  private static boolean isFactor(Object value) {
    double number = value instanceof Number ? ((Number) value).doubleValue() : Double.NaN;
    return number >= 0 && number < Double.POSITIVE_INFINITY;
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
}
