package deepbacs.zoo.errors;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Values in error sentences, written as Python writes them: both languages say the same.
 *
 * <p>Known are texts, numbers, truth values, null, lists and maps with texts as keys.
 */
public final class PythonText {

  // The limits of Python's reprlib.
  private static final int DEPTH = 6;
  private static final int MOST_ITEMS = 6;
  private static final int MOST_KEYS = 4;
  private static final int LONGEST_TEXT = 30;
  private static final int LONGEST_INTEGER = 40;
  private static final String CUT = "...";
  private static final int NO_LIMIT = Integer.MAX_VALUE;

  private PythonText() {}

  /** What {@code str(value)} gives: a text as it is, everything else as {@link #repr}. */
  public static String str(Object value) {
    return value instanceof String ? (String) value : repr(value);
  }

  /** What {@code repr(value)} gives. */
  public static String repr(Object value) {
    return new Writer(NO_LIMIT, NO_LIMIT, NO_LIMIT, NO_LIMIT).write(value, NO_LIMIT);
  }

  /** What {@code reprlib.repr(value)} gives: never longer than a line or so. */
  public static String brief(Object value) {
    return new Writer(MOST_ITEMS, MOST_KEYS, LONGEST_TEXT, LONGEST_INTEGER).write(value, DEPTH);
  }

  /** A shape as a tuple, for example {@code (2, 3)} or {@code (2,)}. */
  public static String tuple(int... values) {
    StringBuilder text = new StringBuilder("(");
    for (int index = 0; index < values.length; index++) {
      text.append(index == 0 ? "" : " ").append(values[index]);
      text.append(index < values.length - 1 || index == 0 ? "," : "");
    }
    return text.append(")").toString();
  }

  private static final class Writer {
    private final int items;
    private final int keys;
    private final int text;
    private final int integer;

    Writer(int items, int keys, int text, int integer) {
      this.items = items;
      this.keys = keys;
      this.text = text;
      this.integer = integer;
    }

    String write(Object value, int level) {
      if (value == null) {
        return "None";
      }
      if (value instanceof Boolean) {
        return (Boolean) value ? "True" : "False";
      }
      if (value instanceof Double || value instanceof Float) {
        return shortest(((Number) value).doubleValue());
      }
      if (value instanceof Number) {
        return cut(value.toString(), integer);
      }
      if (value instanceof List) {
        return list((List<?>) value, level);
      }
      if (value instanceof Map) {
        return map((Map<?, ?>) value, level);
      }
      return text(value.toString());
    }

    private String text(String value) {
      if (text == NO_LIMIT) {
        return quoted(value);
      }
      int[] points = value.codePoints().toArray();
      String whole = quoted(new String(points, 0, Math.min(points.length, text)));
      if (whole.length() <= text) {
        return whole;
      }
      int front = (text - CUT.length()) / 2;
      int back = text - CUT.length() - front;
      // Python counts from the end where a short text has many escapes.
      int from = points.length - back;
      from = Math.max(0, from < 0 ? from + points.length : from);
      String ends = new String(points, 0, Math.min(front, points.length));
      String shown = quoted(ends + new String(points, from, points.length - from));
      return middleOut(shown, front, back);
    }

    private static String cut(String value, int longest) {
      if (value.length() <= longest) {
        return value;
      }
      int front = (longest - CUT.length()) / 2;
      int back = longest - CUT.length() - front;
      return middleOut(value, front, back);
    }

    private static String middleOut(String value, int front, int back) {
      String start = value.substring(0, Math.min(front, value.length()));
      return start + CUT + value.substring(Math.max(0, value.length() - back));
    }

    private String list(List<?> values, int level) {
      if (level <= 0 && !values.isEmpty()) {
        return "[" + CUT + "]";
      }
      List<String> parts = new ArrayList<>();
      for (Object value : values.subList(0, Math.min(items, values.size()))) {
        parts.add(write(value, level - 1));
      }
      if (values.size() > items) {
        parts.add(CUT);
      }
      return "[" + String.join(", ", parts) + "]";
    }

    private String map(Map<?, ?> values, int level) {
      if (level <= 0 && !values.isEmpty()) {
        return "{" + CUT + "}";
      }
      List<Object> names = new ArrayList<>(values.keySet());
      if (keys != NO_LIMIT && names.stream().allMatch(String.class::isInstance)) {
        names.sort(Comparator.comparing(Object::toString));
      }
      List<String> parts = new ArrayList<>();
      for (Object name : names.subList(0, Math.min(keys, names.size()))) {
        parts.add(write(name, level - 1) + ": " + write(values.get(name), level - 1));
      }
      if (names.size() > keys) {
        parts.add(CUT);
      }
      return "{" + String.join(", ", parts) + "}";
    }
  }

  private static String quoted(String value) {
    char quote = value.indexOf('\'') >= 0 && value.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder result = new StringBuilder().append(quote);
    value
        .codePoints()
        .forEach(
            point -> {
              int escaped = "\\\n\r\t".indexOf(point);
              if (escaped >= 0) {
                result.append('\\').append("\\nrt".charAt(escaped));
              } else if (point == quote) {
                result.append('\\').append(quote);
              } else if (isPrintable(point)) {
                result.appendCodePoint(point);
              } else if (point < 0x100) {
                result.append(String.format("\\x%02x", point));
              } else {
                result.append(String.format(point < 0x10000 ? "\\u%04x" : "\\U%08x", point));
              }
            });
    return result.append(quote).toString();
  }

  private static boolean isPrintable(int point) {
    switch (Character.getType(point)) {
      case Character.CONTROL:
      case Character.FORMAT:
      case Character.SURROGATE:
      case Character.PRIVATE_USE:
      case Character.UNASSIGNED:
      case Character.LINE_SEPARATOR:
      case Character.PARAGRAPH_SEPARATOR:
        return false;
      case Character.SPACE_SEPARATOR:
        return point == ' ';
      default:
        return true;
    }
  }

  /** The fewest digits that give this number back; Java's own text has some more before 19. */
  private static String shortest(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value) || value == 0) {
      return number(BigDecimal.ZERO, value);
    }
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; digits < 17; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (rounded.doubleValue() == value) {
        return number(rounded, value);
      }
    }
    return number(exact.round(new MathContext(17, RoundingMode.HALF_EVEN)), value);
  }

  private static String number(BigDecimal digits, double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal stripped = digits.stripTrailingZeros();
    int exponent = stripped.precision() - stripped.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      return stripped.scale() <= 0
          ? stripped.toBigIntegerExact() + ".0"
          : stripped.toPlainString();
    }
    String mantissa = stripped.scaleByPowerOfTen(-exponent).stripTrailingZeros().toPlainString();
    String sign = exponent < 0 ? "-" : "+";
    return mantissa + "e" + sign + String.format("%02d", Math.abs(exponent));
  }
}
