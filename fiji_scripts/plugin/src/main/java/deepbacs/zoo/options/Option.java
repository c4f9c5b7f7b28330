package deepbacs.zoo.options;

import java.util.LinkedHashMap;
import java.util.Map;

/** An option of deepbacs_zoo, alone or with the value that it should get. */
public final class Option {

  /** The argument's name in Python, for example {@code pixel_size}. */
  public final String name;
  /** A text, number, {@link Bytes}, {@code true} for a switch, or null to name it alone. */
  public final Object value;

  private Option(String name, Object value) {
    this.name = name;
    this.value = value;
  }

  public static Option of(String name) {
    return new Option(name, null);
  }

  public static Option of(String name, Object value) {
    return new Option(name, value);
  }

  /** {@code option} and {@code value} for JSON, which Python reads back. */
  Map<String, Object> plain() {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("option", name);
    plain.put("value", value instanceof Bytes ? (Object) ((Bytes) value).count : value);
    return plain;
  }

  /** As an argument of a Python function. */
  @Override
  public String toString() {
    if (value == null) {
      return name;
    }
    if (value instanceof Boolean) {
      return name + ((Boolean) value ? "=True" : "=False");
    }
    if (value instanceof String) {
      return name + "='" + value + "'";
    }
    return name + "=" + (value instanceof Bytes ? (Object) ((Bytes) value).count : value);
  }
}
