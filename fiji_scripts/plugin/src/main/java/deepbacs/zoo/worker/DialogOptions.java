package deepbacs.zoo.worker;

import ij.IJ;
import ij.Macro;
import ij.WindowManager;
import ij.macro.Interpreter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Values that the options of {@code run("Command...", "key=value")} give to the fields of a dialog.
 *
 * <p>They are read as ImageJ reads them in a dialog with a window: also numbers in hexadecimal, and
 * variables of the macro. A value that a field cannot have is an error. So is a field without a value
 * whose default was left by an earlier command.
 *
 * <p>All methods are called by the patched ImageJ, see {@link PatchDialogs}.
 */
public final class DialogOptions {

  /** The defaults that fields had when they were first seen, by command and key. */
  private static final Map<String, String> FIRST = new HashMap<>();

  /** The values that commands were given last. */
  private static final Map<String, String> LAST = new HashMap<>();

  private static final Map<String, String> REFUSED = new HashMap<>();
  private static final Set<String> ASKED = new TreeSet<>();
  private static final List<String> UNKNOWN = new ArrayList<>();
  private static String command = "";
  private static boolean dialog;

  private DialogOptions() {}

  /** Forgets what commands of an earlier macro were asked. */
  static synchronized void clear() {
    UNKNOWN.clear();
    REFUSED.clear();
    command = "";
  }

  /** A command begins. */
  public static synchronized void begin(String name) {
    command = name;
    dialog = false;
    ASKED.clear();
  }

  /** A command has ended: looks whether a value was for none of its fields. */
  public static synchronized void end(String name, String options) {
    if (!dialog || !name.equals(command) || options == null) {
      return;
    }
    for (String key : keys(options)) {
      if (!ASKED.contains(key)) {
        UNKNOWN.add(key + "\t" + String.join(", ", ASKED));
      }
    }
    dialog = false;
  }

  /** Keys of values that no field of a command had, each with those that it has. */
  static synchronized String[] unknown() {
    return UNKNOWN.toArray(new String[0]);
  }

  /** A command looks for a value. */
  public static synchronized void asked(String key) {
    if (key != null) {
      ASKED.add(Macro.trimKey(key));
    }
  }

  /** The keys with values in a text of options; what stands in brackets is a value. */
  static List<String> keys(String options) {
    List<String> found = new ArrayList<>();
    int depth = 0;
    int begin = 0;
    for (int index = 0; index < options.length(); index++) {
      char character = options.charAt(index);
      depth += character == '[' ? 1 : character == ']' ? -1 : 0;
      if (depth == 0 && character == ' ') {
        begin = index + 1;
      } else if (depth == 0 && character == '=' && begin >= 0 && begin < index) {
        found.add(options.substring(begin, index));
        begin = options.length(); // the value may hold another one
      }
    }
    return found;
  }

  public static double number(String label, double otherwise) {
    String given = given(label, String.valueOf(otherwise));
    if (given == null) {
      return Double.parseDouble(missing(label, String.valueOf(otherwise)));
    }
    String text = given.startsWith("&") ? given.substring(1) : given;
    double value = parse(text);
    Interpreter macro = Interpreter.getInstance();
    if (Double.isNaN(value) && macro != null) {
      value = macro.getVariable2(text);
    }
    if (Double.isNaN(value)) {
      fail(message(given, label, "a number"));
    }
    LAST.put(name(label), String.valueOf(value));
    return value;
  }

  private static double parse(String text) {
    try {
      return text.startsWith("0x")
          ? Integer.parseInt(text.substring(2), 16)
          : Double.parseDouble(text);
    } catch (NumberFormatException none) {
      return Double.NaN;
    }
  }

  public static String text(String label, String otherwise) {
    String given = given(label, otherwise);
    if (given == null) {
      return missing(label, otherwise);
    }
    String value = variable(given);
    LAST.put(name(label), value);
    return value;
  }

  public static String choice(String label, String[] items, String otherwise) {
    List<String> known = Arrays.asList(items);
    String first = items.length == 0 ? "" : items[0];
    String shown = known.contains(otherwise) ? otherwise : first;
    String given = given(label, shown);
    if (given == null) {
      return missing(label, shown);
    }
    String value = variable(given);
    Interpreter macro = Interpreter.getInstance();
    if (!known.contains(value) && macro != null && macro.getStringVariable(value) != null) {
      value = macro.getStringVariable(value); // a variable without &, as older macros have it
    }
    if (!known.contains(value)) {
      REFUSED.put(value, message(given, label, "one of " + String.join(", ", items)));
    }
    LAST.put(name(label), value);
    return value;
  }

  /** The titles of all images, for a choice among them. */
  public static String[] titles() {
    String[] titles = WindowManager.getImageTitles();
    return titles == null ? new String[0] : titles;
  }

  private static String given(String label, String otherwise) {
    dialog = true;
    FIRST.putIfAbsent(name(label), String.valueOf(otherwise));
    String key = label == null ? "" : label;
    return Macro.getValue(Macro.getOptions(), key, null);
  }

  /** A value that may name a variable of the macro, after an ampersand. */
  private static String variable(String given) {
    Interpreter macro = Interpreter.getInstance();
    if (!given.startsWith("&") || macro == null) {
      return given;
    }
    String value = macro.getVariableAsString(given.substring(1));
    if (value != null && value.endsWith(".0") && macro.getStringVariable(given.substring(1)) == null) {
      return value.substring(0, value.length() - 2); // a whole number
    }
    return value == null ? given : value;
  }

  private static String missing(String label, String otherwise) {
    String shown = String.valueOf(otherwise);
    boolean kept =
        !shown.equals(FIRST.get(name(label))) && shown.equals(LAST.get(name(label)));
    if (kept && Hooks.isActive()) {
      IJ.error(
          "Macro Error",
          "the option '" + key(label) + "' of " + command + " is missing, and " + otherwise
              + " is left of an earlier command");
    }
    return otherwise;
  }

  /**
   * An item that is none of a field's, where its number is asked for.
   *
   * <p>Where its text is, ImageJ gives the text: commands know names that older macros have.
   */
  public static void refuse(String item) {
    fail(REFUSED.getOrDefault(item, "'" + item + "' is no choice"));
  }

  private static String message(String value, String label, String expected) {
    return "the option '" + key(label) + "' of " + command + " is '" + value + "' and not "
        + expected;
  }

  private static void fail(String message) {
    Hooks.error("Macro Error", message);
    throw new RuntimeException(Macro.MACRO_CANCELED);
  }

  private static String key(String label) {
    return Macro.trimKey(label == null ? "" : label).toLowerCase(Locale.US);
  }

  private static String name(String label) {
    return command + "\n" + key(label);
  }
}
