package deepbacs.zoo.plugin;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.options.Spelling;
import deepbacs.zoo.prediction.HeapCheck;
import ij.IJ;
import ij.Macro;
import ij.plugin.PlugIn;
import java.awt.GraphicsEnvironment;
import java.util.Map;

/**
 * The command {@code DeepBacs Run}: a bioimage.io package on an image, by menu, macro or script.
 *
 * <p>{@code run("DeepBacs Run", "model_path=[..] input_path=[..] output_folder=[..]")}. What went
 * well or wrong stands in {@link Report}; an error is shown and ends the macro, unless {@code
 * keep_going} is among the options.
 */
public final class RunPlugin implements PlugIn {

  /** Its name in the menu. */
  public static final String COMMAND = "DeepBacs Run";

  private static final int LONGEST_LINE = 100;

  @Override
  public void run(String argument) {
    execute(Macro.getOptions(), Macro::abort);
  }

  /**
   * Runs the command with the options of a macro, or with null asks for them.
   *
   * @param end ends the macro, after an error has been shown
   */
  static void execute(String options, Runnable end) {
    Spelling spelling = options == null ? RunOption::inDialog : RunOption::inMacro;
    boolean quiet = false;
    synchronized (DeepBacs.LOCK) {
      Report.clear();
      String where = COMMAND;
      try {
        Map<String, String> values = options == null ? asked() : OptionText.parse(options);
        if (values == null) { // canceled
          return;
        }
        quiet = RunOptions.keepsGoing(values);
        RunCommand job = new RunCommand(new RunOptions(values));
        where = job.where();
        job.run();
        IJ.showStatus("");
        return;
      } catch (ZooException error) {
        Report.bad(error, spelling);
      } catch (OutOfMemoryError error) {
        Models.forget();
        Report.bad(HeapCheck.exhausted(where, error), spelling);
      } catch (NoClassDefFoundError error) {
        Report.bad(missing(error), spelling);
      } catch (Exception | LinkageError | StackOverflowError error) {
        Report.bad(unforeseen(error), spelling);
      } finally {
        IJ.showProgress(1.0);
      }
    }
    if (!quiet) {
      show(Report.error(), end);
    }
  }

  /** The answers of a dialog; null where it was canceled. */
  private static Map<String, String> asked() {
    if (GraphicsEnvironment.isHeadless()) {
      throw new ZooException(
          Kind.USAGE,
          COMMAND,
          "it needs its options where there is no window to ask in",
          null,
          "model_path=[..] input_path=[..] output_folder=[..]",
          "write them into run(\"" + COMMAND + "\", ...), as the macro recorder does");
    }
    return RunDialog.ask();
  }

  private static ZooException missing(NoClassDefFoundError error) {
    return new ZooException(
        Kind.HOST,
        COMMAND,
        "a library that the plugin needs is not there",
        String.valueOf(error.getMessage()).replace('/', '.'),
        "DeepBacs_Zoo.jar with onnxruntime and snakeyaml-engine beside it",
        "unpack the bundle of deepbacs-zoo fiji bundle into the folder of Fiji again",
        error);
  }

  /** A fault of ours. */
  private static ZooException unforeseen(Throwable error) {
    return new ZooException(
        Kind.MACRO,
        "ImageJ's command '" + COMMAND + "'",
        "it failed in a way that nobody has foreseen",
        error.toString(),
        "a run without an error",
        "report this with the trace to the authors of deepbacs_zoo",
        error);
  }

  /** Shows an error, and ends the macro that runs. */
  static void show(String message, Runnable end) {
    try {
      IJ.error(COMMAND, GraphicsEnvironment.isHeadless() ? message : inLines(message));
    } finally {
      end.run();
    }
  }

  /** A sentence in lines, for a window. */
  private static String inLines(String sentence) {
    StringBuilder lines = new StringBuilder();
    int length = 0;
    for (String word : sentence.split(" ")) {
      boolean begins = length + word.length() > LONGEST_LINE || word.equals("allowed:");
      lines.append(length == 0 ? "" : begins ? "\n" : " ").append(word);
      length = begins ? word.length() : length + 1 + word.length();
    }
    return lines.toString();
  }
}
