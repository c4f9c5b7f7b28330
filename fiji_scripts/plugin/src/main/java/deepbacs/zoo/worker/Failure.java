package deepbacs.zoo.worker;

import ij.Macro;
import ij.macro.Interpreter;
import java.io.PrintWriter;
import java.io.StringWriter;

/** Why a macro did not come to its end. */
final class Failure {

  final String message;
  final int line;
  final String trace;

  private Failure(String message, int line, String trace) {
    this.message = message;
    this.line = line;
    this.trace = trace;
  }

  /**
   * Looks at every channel by which ImageJ reports an error.
   *
   * @param macro the interpreter after the run
   * @param value what the macro returned
   * @param exception what left the interpreter, or null
   * @return null if nothing is wrong
   */
  static Failure of(Interpreter macro, String value, Throwable exception) {
    int line = macro.getLineNumber();
    if (macro.getErrorMessage() != null) {
      // The interpreter reads ahead: the line that it shows is the right one.
      int shown = Hooks.line() > 0 ? Hooks.line() : line;
      return new Failure(macro.getErrorMessage(), shown, null);
    }
    if (Hooks.error() != null) {
      return new Failure(Hooks.error(), line, null);
    }
    if (Hooks.thrown() != null) {
      return ofException(Hooks.thrown(), line);
    }
    if (Hooks.wasCanceled(macro)) {
      return new Failure("a command canceled the macro", line, null);
    }
    if (exception == null) {
      // A macro or a text that it ran by runMacro or eval failed, and that is all it returns.
      boolean aborted = "[aborted]".equals(value);
      return aborted ? new Failure("a macro that it ran was aborted", line, null) : null;
    }
    if (!Macro.MACRO_CANCELED.equals(exception.getMessage())) {
      return ofException(exception, line);
    }
    if (!isExit(exception)) {
      return new Failure("a command canceled the macro", line, null);
    }
    // exit() alone ends a macro early, exit(message) is how macros report an error.
    return Hooks.exit() == null ? null : new Failure(Hooks.exit(), line, null);
  }

  private static boolean isExit(Throwable exception) {
    StackTraceElement[] trace = exception.getStackTrace();
    return trace.length > 0
        && trace[0].getClassName().equals("ij.macro.Functions")
        && trace[0].getMethodName().equals("exit");
  }

  /** A failure that was found in another way. */
  static Failure seen(String message, int line, String trace) {
    return new Failure(message, line, trace);
  }

  static Failure ofException(Throwable exception, int line) {
    StringWriter trace = new StringWriter();
    exception.printStackTrace(new PrintWriter(trace, true));
    return new Failure(exception.toString(), line, trace.toString());
  }
}
