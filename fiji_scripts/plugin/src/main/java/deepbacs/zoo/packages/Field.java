package deepbacs.zoo.packages;

import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** A value of a description together with its place, so that every complaint can name it. */
final class Field {

  static final String CORRECT_IT =
      "correct this field of the description, or ask the author for a corrected package";

  /** The package, as named to the user. */
  final String document;
  /** The place, for example {@code inputs.0.axes.2.size}; empty for the whole description. */
  final String path;
  /** As read from YAML. */
  final Object value;

  Field(String document, String path, Object value) {
    this.document = document;
    this.path = path;
    this.value = value;
  }

  // --- children ----------------------------------------------------------------------------------

  /** A value as the child of this field. */
  Field at(Object key, Object child) {
    return new Field(document, path.isEmpty() ? key.toString() : path + "." + key, child);
  }

  /** The same place with another value. */
  Field with(Object other) {
    return new Field(document, path, other);
  }

  /** The child with this key; it must be there and not be null. */
  Field get(String key) {
    Field child = find(key);
    if (child == null) {
      throw at(key, null).wrong("a value", "this required field is missing");
    }
    return child;
  }

  /** The child with this key, or null when it is missing or null. */
  Field find(String key) {
    Object child = mapping().get(key);
    return child == null ? null : at(key, child);
  }

  boolean isList() {
    return value instanceof List;
  }

  boolean isMapping() {
    return value instanceof Map;
  }

  /** The elements of a list. */
  List<Field> items() {
    if (!isList()) {
      throw wrong("a list");
    }
    List<Field> result = new ArrayList<>();
    for (Object element : (List<?>) value) {
      result.add(at(result.size(), element));
    }
    return result;
  }

  /** The elements of a list that must not be empty. */
  List<Field> entries() {
    if (isList() && ((List<?>) value).isEmpty()) {
      throw wrong("at least one entry", "this list is empty");
    }
    return items();
  }

  /** The value as a mapping with texts as keys. */
  Map<String, Object> mapping() {
    if (!(value instanceof YamlMapping)) {
      throw wrong("a mapping with names as keys");
    }
    return (YamlMapping) value;
  }

  // --- scalars -----------------------------------------------------------------------------------

  /** A text that is not empty. */
  String text() {
    if (!(value instanceof String) || ((String) value).trim().isEmpty()) {
      throw wrong("a text that is not empty");
    }
    return (String) value;
  }

  /** A text out of those allowed. */
  String choice(Collection<String> allowed) {
    if (!(value instanceof String) || !allowed.contains(value)) {
      throw wrong("one of " + String.join(", ", allowed));
    }
    return (String) value;
  }

  /** A whole number; {@code 16.0} counts as 16. */
  int integer() {
    return whole("a whole number", Integer.MIN_VALUE);
  }

  /** A whole number that is at least this. */
  int integer(int minimum) {
    return whole("a whole number of at least " + minimum, minimum);
  }

  private int whole(String allowed, int minimum) {
    double number;
    if (value instanceof Long || value instanceof BigInteger) {
      number = ((Number) value).doubleValue();
    } else if (isWhole(value)) {
      number = (Double) value;
    } else {
      throw wrong(allowed);
    }
    if (number < minimum) {
      throw wrong(allowed);
    }
    if (number > Integer.MAX_VALUE) {
      // No array of Java is that long.
      throw wrong(allowed + ", at most " + Integer.MAX_VALUE);
    }
    return (int) number;
  }

  private static boolean isWhole(Object value) {
    return value instanceof Double
        && !((Double) value).isInfinite()
        && (Double) value == Math.rint((Double) value);
  }

  /** A finite number. */
  double number() {
    if (!(value instanceof Number)) {
      throw wrong("a number");
    }
    double number = ((Number) value).doubleValue();
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      throw wrong("a finite number");
    }
    return number;
  }

  /** A finite number above 0. */
  double positive() {
    double number = number();
    if (number <= 0) {
      throw wrong("a number above 0");
    }
    return number;
  }

  boolean flag() {
    if (!(value instanceof Boolean)) {
      throw wrong("true or false");
    }
    return (Boolean) value;
  }

  // --- complaints --------------------------------------------------------------------------------

  /** The package and the place in its description. */
  String where() {
    return path.isEmpty() ? document : document + ": " + path;
  }

  ZooException wrong(String allowed) {
    return wrong(allowed, "this field of the description has a wrong value");
  }

  ZooException wrong(String allowed, String what) {
    return wrong(ZooException.Kind.PACKAGE, allowed, what, CORRECT_IT);
  }

  /** The error that names this place, with the value shortened to a line. */
  ZooException wrong(ZooException.Kind kind, String allowed, String what, String hint) {
    String found = value == null ? null : PythonText.brief(value);
    return new ZooException(kind, where(), what, found, allowed, hint);
  }
}
