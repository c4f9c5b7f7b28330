package deepbacs.zoo.worker;

import ij.IJ;
import ij.macro.Interpreter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an ImageJ that swallows errors lets be seen of them: it was started by somebody else, without
 * {@link PatchImageJ}.
 */
final class Unhooked {

  /** An exception as Java prints it, with its trace. */
  private static final Pattern TRACE =
      Pattern.compile(
          "(?m)^(?:Exception in thread \"[^\"]*\" )?"
              + "([\\w$]+(?:\\.[\\w$]+)+(?:Exception|Error|Death)\\b[^\\n]*)\\n(?=\\s+at )");

  /** The innermost cause, which {@code call()} wraps. */
  private static final Pattern CAUSE = Pattern.compile("(?m)^Caused by: ([^\\n]*)$");

  private static final Pattern MESSAGE = Pattern.compile("\\bexit\\s*\\(\\s*[^)\\s]");

  private Unhooked() {}

  /** Forgets the error of an earlier run. */
  static void clear() {
    IJ.getErrorMessage();
  }

  /** Looks at ImageJ's last message and at what was printed; null if nothing is to be seen. */
  static Failure failure(Interpreter macro, String code, Throwable exception, String log) {
    String message = IJ.getErrorMessage();
    if (message != null && !message.isEmpty()) {
      return Failure.seen(message, macro.getLineNumber(), null);
    }
    Failure thrown = ofLog(log, macro.getLineNumber());
    if (thrown != null) {
      return thrown;
    }
    // Left by exit("message"), which is printed last, or by exit().
    String[] lines = code.split("\\r?\\n|\\r", -1);
    int line = macro.getLineNumber();
    boolean left = exception != null && line > 0 && line <= lines.length;
    String said = log.trim();
    if (left && !said.isEmpty() && MESSAGE.matcher(lines[line - 1]).find()) {
      return Failure.seen(said.substring(said.lastIndexOf('\n') + 1), line, null);
    }
    return null;
  }

  /** The first exception that was printed. */
  static Failure ofLog(String log, int line) {
    Matcher trace = TRACE.matcher(log);
    if (!trace.find()) {
      return null;
    }
    String text = log.substring(trace.start());
    String message = trace.group(1);
    Matcher cause = CAUSE.matcher(text);
    while (cause.find()) {
      message = cause.group(1);
    }
    return Failure.seen(message, line, text);
  }
}
