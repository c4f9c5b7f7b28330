package deepbacs.zoo.worker;

import ij.Macro;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import java.lang.reflect.InvocationTargetException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the patched ImageJ calls where it would open a window; see {@link PatchImageJ}.
 *
 * <p>All methods are called by ImageJ, on whatever thread it runs. While no macro runs through {@link
 * MacroRunner} they do nothing.
 */
public final class Hooks {

  private static volatile boolean aborted;
  private static Thread macro;
  private static String error;
  private static Throwable thrown;
  private static String exit;
  private static String active;
  private static final Map<String, ResultsTable> TABLES = new LinkedHashMap<>();

  private Hooks() {}

  /** Forgets everything; from now on the calling thread is the one that runs the macro. */
  static synchronized void begin() {
    end();
    macro = Thread.currentThread();
  }

  /** Forgets everything; no macro runs. */
  static synchronized void end() {
    macro = null;
    aborted = false;
    error = null;
    thrown = null;
    exit = null;
    active = null;
    TABLES.clear();
  }

  /**
   * {@code IJ.error} outside of {@code run()}: a macro does not go on after it.
   *
   * <p>ImageJ lets it: after {@code open()} of a file that does not exist, the commands that follow
   * would work on another image.
   */
  public static synchronized void error(String title, String message) {
    if (macro == null || message == null && title == null) {
      return;
    }
    if (error == null) {
      error = message == null || message.isEmpty() ? title : message;
    }
    if (Thread.currentThread() == macro) {
      throw new RuntimeException(Macro.MACRO_CANCELED);
    }
  }

  /** An exception that leaves a command; ImageJ prints it and goes on. */
  public static synchronized void thrown(Throwable exception) {
    boolean canceled = Macro.MACRO_CANCELED.equals(exception.getMessage());
    if (macro == null || canceled) {
      return;
    }
    if (thrown == null) {
      thrown = exception;
    }
    if (Thread.currentThread() == macro) {
      Macro.abort(); // looked at when the command has ended
    }
  }

  /** An exception that ImageJ has caught and printed, in whatever it was about to do. */
  public static synchronized void handled(Throwable exception) {
    if (macro == null || isNested()) {
      return;
    }
    boolean wrapped = exception instanceof InvocationTargetException;
    Throwable cause = wrapped ? exception.getCause() : exception;
    thrown(cause);
    if (Thread.currentThread() == macro && thrown != null) {
      throw new RuntimeException(Macro.MACRO_CANCELED, cause);
    }
  }

  /** Whether a macro failed that another one runs, which sees it as "[aborted]". */
  private static boolean isNested() {
    for (StackTraceElement frame : Thread.currentThread().getStackTrace()) {
      if (frame.getClassName().equals("ij.IJ") && frame.getMethodName().equals("handleException")) {
        continue;
      }
      if (frame.getClassName().startsWith("ij.")) {
        return frame.getClassName().equals("ij.plugin.Macro_Runner");
      }
    }
    return false;
  }

  /** From now on no macro gets any further. */
  static void abort() {
    aborted = true;
  }

  /** A macro that has ended reads on. */
  public static void stopIfAborted() {
    if (aborted) {
      throw new RuntimeException(Macro.MACRO_CANCELED);
    }
  }

  /** The message of the macro's {@code exit(message)}. */
  public static synchronized void exit(String message) {
    exit = message;
  }

  /** A table that is shown; without a window it has a name from then on. */
  public static synchronized void shown(ResultsTable table, String title) {
    String name = title == null ? "Results" : title;
    if (macro == null || table == Analyzer.getResultsTable() || name.equals("Results")) {
      active = null;
      return;
    }
    TABLES.put(name, table);
    active = name;
  }

  /** The table with this name, or the one that was shown last; null where there is none. */
  public static synchronized ResultsTable table(String title) {
    String name = title == null ? active : title;
    return name == null ? null : TABLES.get(name);
  }

  static synchronized String error() {
    return error;
  }

  static synchronized Throwable thrown() {
    return thrown;
  }

  static synchronized String exit() {
    return exit;
  }

  static synchronized Map<String, ResultsTable> tables() {
    return new LinkedHashMap<>(TABLES);
  }
}
