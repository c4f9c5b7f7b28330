package deepbacs.zoo.plugin;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The options of a macro line, {@code key=value key=[value with blanks] key}.
 *
 * <p>Read as ImageJ does: a value in brackets ends at the bracket that closes the first one.
 */
final class OptionText {

  private OptionText() {}

  /** Values by key, in order; a key without a value has an empty text. */
  static Map<String, String> parse(String text) {
    Map<String, String> found = new LinkedHashMap<>();
    int at = 0;
    while (at < text.length()) {
      if (Character.isWhitespace(text.charAt(at))) {
        at++;
        continue;
      }
      int end = keyEnd(text, at);
      String key = text.substring(at, end);
      at = end;
      String value = "";
      if (at < text.length() && text.charAt(at) == '=') {
        boolean quoted = at + 1 < text.length() && text.charAt(at + 1) == '[';
        end = quoted ? closing(text, at + 1) : blank(text, at + 1);
        value = quoted ? text.substring(at + 2, end) : text.substring(at + 1, end);
        at = quoted ? Math.min(end + 1, text.length()) : end;
      }
      found.put(key, value);
    }
    return found;
  }

  private static int keyEnd(String text, int from) {
    int at = from;
    while (at < text.length()
        && text.charAt(at) != '='
        && !Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static int closing(String text, int open) {
    int depth = 0;
    for (int at = open; at < text.length(); at++) {
      depth += text.charAt(at) == '[' ? 1 : text.charAt(at) == ']' ? -1 : 0;
      if (depth == 0) {
        return at;
      }
    }
    return text.length();
  }

  private static int blank(String text, int from) {
    int at = from;
    while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }
}
