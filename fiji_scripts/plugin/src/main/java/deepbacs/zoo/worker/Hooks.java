package deepbacs.zoo.worker;

import ij.Macro;
import ij.macro.Interpreter;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import java.lang.reflect.InvocationTargetException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Calls of the patched ImageJ in place of windows; see {@link PatchImageJ}.
 *
 * <p>All methods are called by ImageJ, on whatever thread it runs. While no macro runs through
 * {@link MacroRunner} they do nothing.
 */
public final class Hooks {

  private static final Set<Interpreter> STOPPED =
      Collections.newSetFromMap(new IdentityHashMap<>());

  /** Whether no macro gets any further; looked at with each word of a macro. */
  public static volatile boolean aborted;

  private static int line;
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
    line = 0;
    STOPPED.clear();
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

  /**
   * An exception that leaves a command; ImageJ prints it and lets the macro go on.
   *
   * @param caller the macro that runs the command, or null
   */
  public static synchronized void thrown(Throwable exception, Interpreter caller) {
    if (macro == null) {
      return;
    }
    boolean canceled = Macro.MACRO_CANCELED.equals(exception.getMessage());
    if (thrown == null && !canceled && !isNested(caller)) {
      thrown = exception;
    }
    canceled(caller);
  }

  /** A command that cancels the macro which runs it, by one of the ways that ImageJ has. */
  public static synchronized void canceled(Interpreter caller) {
    if (macro != null && caller != null) {
      STOPPED.add(caller);
      caller.abortMacro();
    }
  }

  /** A dialog, in a command without options or by a macro: nobody can answer. */
  public static synchronized void asked(Interpreter caller) {
    // The words of the patcher, whose own exception some commands swallow.
    thrown(new RuntimeException("Cannot instantiate headless dialog"), caller);
  }

  /** An exception that ImageJ has caught and printed, in whatever it was about to do. */
  public static synchronized void handled(Throwable exception) {
    if (macro == null || isNested(null)) {
      return;
    }
    boolean wrapped = exception instanceof InvocationTargetException;
    thrown(wrapped ? exception.getCause() : exception, null);
    if (Thread.currentThread() == macro && thrown != null) {
      throw new RuntimeException(Macro.MACRO_CANCELED, exception);
    }
  }

  /** Whether this happens in a macro that another one runs, which sees it as "[aborted]". */
  private static boolean isNested(Interpreter caller) {
    if (caller != null) {
      return caller != MacroRunner.running();
    }
    for (StackTraceElement frame : Thread.currentThread().getStackTrace()) {
      if (frame.getClassName().equals("ij.plugin.Macro_Runner")) {
        return true;
      }
    }
    return false;
  }

  /** From now on no macro gets any further. */
  static synchronized void abort() {
    aborted = true;
  }

  /** A macro that has ended reads on. */
  public static synchronized void stopIfAborted(Interpreter reader) {
    if (macro != null && (aborted || STOPPED.contains(reader))) {
      throw new RuntimeException(Macro.MACRO_CANCELED);
    }
  }

  /** The line of the error that a macro is about to show. */
  public static synchronized void line(int number) {
    line = number;
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

  static synchronized boolean wasCanceled(Interpreter interpreter) {
    return STOPPED.contains(interpreter);
  }

  static synchronized int line() {
    return line;
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
