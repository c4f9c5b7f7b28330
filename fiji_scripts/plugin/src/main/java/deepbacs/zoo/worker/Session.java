package deepbacs.zoo.worker;

import ij.measure.ResultsTable;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * The state of ImageJ that belongs to its user, kept apart while a macro of ours runs.
 *
 * <p>Open images, the results table, the ROI manager, the colors, the options for measurements and
 * all preferences stand in static fields of ImageJ. They are exchanged for a second state when a
 * macro begins, and exchanged back when it ends: it neither sees nor changes what is the user's,
 * and the options that it sets are there for the next one.
 */
final class Session {

  private static final String[] CLASSES = {
    "ij.macro.Interpreter",
    "ij.plugin.filter.Analyzer",
    "ij.plugin.frame.RoiManager",
    "ij.process.ImageConverter",
    "ij.gui.Roi",
    "ij.gui.Toolbar",
    "ij.Prefs",
    "ij.Undo",
  };

  private static final Map<String, Field> FIELDS = fields();
  private static final Map<Field, Object> KEPT = new HashMap<>();
  private static boolean inside;

  private Session() {}

  /** Takes the state of macros; images, tables and ROIs of earlier macros are gone. */
  static synchronized void enter() {
    if (!inside) {
      exchange();
      inside = true;
    }
    set("ij.macro.Interpreter.imageTable", null);
    set("ij.macro.Interpreter.imageActivations", null);
    ResultsTable results = new ResultsTable();
    results.showRowNumbers(true); // in files, as ImageJ's own
    set("ij.plugin.filter.Analyzer.systemRT", results);
    set("ij.plugin.filter.Analyzer.unsavedMeasurements", false);
    set("ij.plugin.frame.RoiManager.instance", null);
    set("ij.gui.Roi.previousRoi", null);
  }

  /** Puts the state of the user back. */
  static synchronized void leave() {
    if (inside) {
      exchange();
      inside = false;
    }
  }

  /** Lets macros save ImageJ's preferences in a folder, and not over the user's. */
  static synchronized void keepPreferencesIn(String folder) {
    enter();
    set("ij.Prefs.prefsDir", folder);
    leave();
  }

  private static void exchange() {
    for (Field field : FIELDS.values()) {
      try {
        Object current = field.get(null);
        field.set(null, KEPT.containsKey(field) ? KEPT.get(field) : copy(current));
        KEPT.put(field, current);
      } catch (IllegalAccessException impossible) {
        throw new AssertionError(impossible);
      }
    }
  }

  private static Object copy(Object value) {
    return value instanceof Properties ? ((Properties) value).clone() : value;
  }

  private static void set(String name, Object value) {
    Field field = FIELDS.get(name);
    if (field == null) {
      return; // another version of ImageJ
    }
    try {
      field.set(null, value);
    } catch (IllegalAccessException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static Map<String, Field> fields() {
    Map<String, Field> found = new HashMap<>();
    for (String name : CLASSES) {
      try {
        for (Field field : Class.forName(name).getDeclaredFields()) {
          int modifiers = field.getModifiers();
          if (Modifier.isStatic(modifiers) && !Modifier.isFinal(modifiers)) {
            field.setAccessible(true);
            found.put(name + "." + field.getName(), field);
          }
        }
      } catch (ClassNotFoundException | LinkageError missing) {
        // Without a window not everything of every version can be loaded.
      }
    }
    return found;
  }
}
