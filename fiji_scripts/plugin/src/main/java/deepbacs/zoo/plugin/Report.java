package deepbacs.zoo.plugin;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.options.Spelling;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The report of the plugin's last run, for its caller: ImageJ swallows exceptions.
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
   * {@code trace}. A text that names options is a list of strings and of objects with {@code
   * option} and {@code value}.
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

  /** The files of the last run. */
  static synchronized List<String> files() {
    Object files = fields.get("files");
    List<String> paths = new ArrayList<>();
    if (files instanceof List) {
      ((List<?>) files).forEach(file -> paths.add(file.toString()));
    }
    return paths;
  }

  /** A number or a text of the last run's report, or what there is where it has none. */
  static synchronized String field(String name, String otherwise) {
    Object value = fields.get(name);
    return value == null ? otherwise : value.toString();
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

  /** Keeps an error; the message has its options spelled as the caller reads them. */
  static synchronized void bad(ZooException exception, Spelling spelling) {
    clear();
    status = "error";
    error = exception.sentence(spelling);
    Map<String, Object> parts = exception.parts();
    parts.put("message", error);
    StringWriter trace = new StringWriter();
    Throwable shown = exception.kind == Kind.MACRO ? exception.getCause() : exception;
    shown.printStackTrace(new PrintWriter(trace, true));
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("error", parts);
    all.put("trace", trace.toString());
    fields = all;
  }
}
