package deepbacs.zoo.plugin;

import java.util.Map;

/** Writes JSON: texts, numbers, truth values, lists and objects. */
final class Json {

  private Json() {}

  /** A value as JSON; numbers that are not finite become null. */
  static String of(Object value) {
    StringBuilder text = new StringBuilder();
    write(value, text);
    return text.toString();
  }

  private static void write(Object value, StringBuilder to) {
    if (value instanceof Map) {
      object((Map<?, ?>) value, to);
    } else if (value instanceof Iterable) {
      list((Iterable<?>) value, to);
    } else if (value instanceof Double) {
      double number = (Double) value;
      to.append(Double.isNaN(number) || Double.isInfinite(number) ? "null" : value.toString());
    } else if (value == null || value instanceof Number || value instanceof Boolean) {
      to.append(value);
    } else {
      quote(value.toString(), to);
    }
  }

  private static void object(Map<?, ?> entries, StringBuilder to) {
    String separator = "{";
    for (Map.Entry<?, ?> entry : entries.entrySet()) {
      to.append(separator);
      write(entry.getKey().toString(), to);
      to.append(": ");
      write(entry.getValue(), to);
      separator = ", ";
    }
    to.append(entries.isEmpty() ? "{}" : "}");
  }

  private static void list(Iterable<?> elements, StringBuilder to) {
    String separator = "[";
    for (Object element : elements) {
      to.append(separator);
      write(element, to);
      separator = ", ";
    }
    to.append(separator.equals("[") ? "[]" : "]");
  }

  private static void quote(String text, StringBuilder to) {
    to.append('"');
    for (int index = 0; index < text.length(); index++) {
      char character = text.charAt(index);
      boolean alone = Character.isSurrogate(character) && !isPaired(text, index);
      if (character == '"' || character == '\\') {
        to.append('\\').append(character);
      } else if (character < ' ' || "\u007f\u2028\u2029".indexOf(character) >= 0 || alone) {
        to.append(String.format("\\u%04x", (int) character));
      } else {
        to.append(character);
      }
    }
    to.append('"');
  }

  private static boolean isPaired(String text, int index) {
    boolean high = Character.isHighSurrogate(text.charAt(index));
    int other = index + (high ? 1 : -1);
    return other >= 0
        && other < text.length()
        && (high
            ? Character.isLowSurrogate(text.charAt(other))
            : Character.isHighSurrogate(text.charAt(other)));
  }
}
