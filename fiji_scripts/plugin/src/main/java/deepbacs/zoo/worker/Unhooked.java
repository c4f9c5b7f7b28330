package deepbacs.zoo.worker;

import ij.CommandListener;
import ij.Executer;
import ij.IJ;
import ij.Macro;
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

  /** Commands whose name says that they ask, and that do not. */
  private static final String QUIET = "ROI Manager...";

  private static Watch watch;

  private Unhooked() {}

  /** Forgets the error of an earlier run; from now on the calling thread runs the macro. */
  static void begin() {
    IJ.getErrorMessage();
    if (!Hooks.exist()) {
      watch = new Watch(Thread.currentThread());
      Executer.addCommandListener(watch);
    }
  }

  /** The macro has ended. */
  static void end() {
    if (watch != null) {
      Executer.removeCommandListener(watch);
    }
  }

  /** Leaves out commands that would ask: filters would go on with some parameters or other. */
  private static final class Watch implements CommandListener {
    private final Thread macro;
    private String asking;

    Watch(Thread macro) {
      this.macro = macro;
    }

    @Override
    public String commandExecuting(String command) {
      boolean asks = command.endsWith("...") && !command.equals(QUIET);
      if (Thread.currentThread() != macro || !asks || Macro.getOptions() != null) {
        return command;
      }
      asking = command;
      Macro.abort(); // the macro ends where this command would
      return null;
    }
  }

  /** Looks at ImageJ's last message and at what was printed; null if nothing is to be seen. */
  static Failure failure(Interpreter macro, String code, Throwable exception, String log) {
    if (watch != null && watch.asking != null) {
      String words = "a headless dialog of " + watch.asking;
      return Failure.seen(words, macro.getLineNumber(), null);
    }
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
