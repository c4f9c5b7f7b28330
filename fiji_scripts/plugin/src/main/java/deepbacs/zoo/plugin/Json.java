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
      String separator = "{";
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        to.append(separator);
        write(entry.getKey().toString(), to);
        to.append(": ");
        write(entry.getValue(), to);
        separator = ", ";
      }
      to.append(separator.equals("{") ? "{}" : "}");
    } else if (value instanceof Iterable) {
      String separator = "[";
      for (Object element : (Iterable<?>) value) {
        to.append(separator);
        write(element, to);
        separator = ", ";
      }
      to.append(separator.equals("[") ? "[]" : "]");
    } else if (value instanceof Double) {
      double number = (Double) value;
      to.append(Double.isNaN(number) || Double.isInfinite(number) ? "null" : value.toString());
    } else if (value == null || value instanceof Number || value instanceof Boolean) {
      to.append(value);
    } else {
      quote(value.toString(), to);
    }
  }

  private static void quote(String text, StringBuilder to) {
    to.append('"');
    for (int index = 0; index < text.length(); index++) {
      char letter = text.charAt(index);
      boolean alone = Character.isSurrogate(letter) && !isPaired(text, index);
      if (letter == '"' || letter == '\\') {
        to.append('\\').append(letter);
      } else if (letter < ' ' || letter == 0x7f || letter == 0x2028 || letter == 0x2029 || alone) {
        to.append(String.format("\\u%04x", (int) letter));
      } else {
        to.append(letter);
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
