package deepbacs.zoo.plugin;

import deepbacs.zoo.errors.ZooException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the last run of the plugin did, for whoever called it: ImageJ swallows exceptions.
 *
 * <p>From a macro: {@code call("deepbacs.zoo.plugin.Report.json")}, and likewise {@code error} and
 * {@code stem}. All methods may be called from any thread.
 */
public final class Report {

  private static final String NONE = "none";

  private static String status = NONE;
  private static String stem = "";
  private static String error = "";
  private static Map<String, Object> fields = Collections.emptyMap();

  private Report() {}

  /** Forgets the last run. */
  public static synchronized void clear() {
    status = NONE;
    stem = "";
    error = "";
    fields = Collections.emptyMap();
  }

  /**
   * The last run as JSON.
   *
   * <p>{@code status} is {@code ok}, {@code error} or {@code none}. With {@code ok}: {@code stem
   * files engine tiles objects boxes counts network_seconds seconds loaded skipped findings}
   * ({@code boxes} and {@code counts}, boxes of each class, are null for models that find none);
   * with {@code error}: {@code error} with {@code kind where what value allowed hint message}, and
   * {@code trace}.
   */
  public static synchronized String json() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("status", status);
    all.putAll(fields);
    return Json.of(all);
  }

  /** The sentence of the error, or an empty text where there was none. */
  public static synchronized String error() {
    return error;
  }

  /** What the names of the result files begin with; empty where there was no run. */
  public static synchronized String stem() {
    return stem;
  }

  static synchronized void good(String name, List<Path> files, Map<String, Object> more) {
    clear();
    status = "ok";
    stem = name;
    List<String> paths = new ArrayList<>();
    files.forEach(file -> paths.add(file.toString()));
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("stem", name);
    all.put("files", paths);
    all.putAll(more);
    fields = all;
  }

  static synchronized void bad(ZooException exception) {
    store(
        exception.kind.python,
        exception.where,
        exception.what,
        exception.value,
        exception.allowed,
        exception.hint,
        exception);
  }

  /** A fault of ours, with its trace. */
  static synchronized void unforeseen(Throwable exception) {
    store(
        "MacroError",
        "ImageJ's command '" + RunPlugin.COMMAND + "'",
        "it failed in a way that nobody has foreseen",
        exception.toString(),
        "a run without an error",
        "report this with the trace to the authors of deepbacs_zoo",
        exception);
  }

  private static void store(
      String kind,
      String where,
      String what,
      String value,
      String allowed,
      String hint,
      Throwable exception) {
    clear();
    status = "error";
    String found = value == null ? "" : " (" + value + ")";
    error = where + ": " + what + found + "; allowed: " + allowed + "; " + hint + ".";
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("kind", kind);
    parts.put("where", where);
    parts.put("what", what);
    parts.put("value", value);
    parts.put("allowed", allowed);
    parts.put("hint", hint);
    parts.put("message", error);
    StringWriter trace = new StringWriter();
    exception.printStackTrace(new PrintWriter(trace, true));
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("error", parts);
    all.put("trace", trace.toString());
    fields = all;
  }
}
