package deepbacs.zoo.worker;

import ij.IJ;
import ij.Macro;
import ij.macro.Interpreter;
import ij.plugin.frame.RoiManager;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.Collections;
import java.util.IdentityHashMap;
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

  /** Whether some macro gets no further; looked at with each word of a macro. */
  public static volatile boolean stopping;

  private static boolean aborted;
  private static int line;
  private static Thread macro;
  private static String error;
  private static Throwable thrown;
  private static String exit;
  private static String nested;

  private Hooks() {}

  /** Forgets everything; from now on the calling thread is the one that runs the macro. */
  static synchronized void begin() {
    end();
    macro = Thread.currentThread();
    closeManager();
    RoiManager.resetMultiMeasureResults();
  }

  static void closeManager() {
    RoiManager manager = RoiManager.getRawInstance();
    if (manager != null) {
      manager.reset();
      manager.close();
    }
  }

  /** Whether the ImageJ that runs here calls these methods; not if somebody else has started it. */
  static boolean exist() {
    try {
      return Modifier.isPublic(IJ.class.getDeclaredField("macroInterpreter").getModifiers());
    } catch (NoSuchFieldException another) {
      return false;
    }
  }

  static synchronized boolean isActive() {
    return macro != null;
  }

  /** Forgets everything; no macro runs. */
  static synchronized void end() {
    macro = null;
    aborted = false;
    stopping = false;
    line = 0;
    STOPPED.clear();
    error = null;
    thrown = null;
    exit = null;
    nested = null;
    Windows.clear();
    DialogOptions.clear();
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
    if (Thread.currentThread() == macro) {
      Macro.abort(); // the command that ran this one goes no further either
    }
  }

  /** A command that cancels the macro which runs it, by one of the ways that ImageJ has. */
  public static synchronized void canceled(Interpreter caller) {
    if (macro != null && caller != null) {
      STOPPED.add(caller); // abortMacro() of ImageJ would wait two seconds for this thread
      stopping = true;
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

  /**
   * Whether this happens in a macro that another one runs by {@code runMacro} or {@code eval}, and
   * sees as "[aborted]".
   *
   * <p>A macro that is a command of the menus is none: nobody would see that it failed.
   */
  private static boolean isNested(Interpreter caller) {
    if (caller != null) {
      return caller != MacroRunner.running() && isNested(null);
    }
    boolean inner = false;
    for (StackTraceElement frame : Thread.currentThread().getStackTrace()) {
      String name = frame.getClassName();
      boolean runner = name.equals("ij.plugin.Macro_Runner");
      if (inner && name.equals("ij.macro.Functions")) {
        return true;
      }
      if (inner && name.equals("ij.Executer")) {
        return false;
      }
      inner |= runner;
    }
    return false;
  }

  /** The end of a macro that is a command of the menus. */
  public static synchronized void ended(String value, String name) {
    if (macro != null && "[aborted]".equals(value) && !isNested(null)) {
      if (thrown == null && error == null) {
        error = nested == null ? "the macro " + name + " was aborted" : nested;
      }
      throw new RuntimeException(Macro.MACRO_CANCELED);
    }
  }

  /** From now on no macro gets any further. */
  static synchronized void abort() {
    aborted = true;
    stopping = true;
  }

  /** A macro that has ended reads on. */
  public static synchronized void stopIfAborted(Interpreter reader) {
    if (macro != null && (aborted || STOPPED.contains(reader))) {
      throw new RuntimeException(Macro.MACRO_CANCELED);
    }
  }

  /** The error that a macro is about to show. */
  public static synchronized void shows(String message, int number) {
    line = number;
    nested = message;
  }

  /** The message of the macro's {@code exit(message)}. */
  public static synchronized void exit(String message) {
    exit = message;
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
}
