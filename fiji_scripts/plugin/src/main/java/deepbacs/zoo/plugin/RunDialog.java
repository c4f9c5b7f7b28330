package deepbacs.zoo.plugin;

import ij.Prefs;
import ij.WindowManager;
import ij.gui.GenericDialog;
import ij.plugin.frame.Recorder;
import java.awt.Checkbox;
import java.awt.Choice;
import java.awt.TextField;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks for the options of a run, and records them as the line that does the same. */
final class RunDialog {

  private static final int COLUMNS = 40;
  private static final String PREFIX = "deepbacs.";

  private RunDialog() {}

  /** The options that were chosen, or null where the dialog was canceled. */
  static Map<String, String> ask() {
    GenericDialog dialog = new GenericDialog(RunPlugin.COMMAND);
    dialog.addFileField(labeled(RunOption.MODEL, " (package, .zip)"), last(RunOption.MODEL.key), COLUMNS);
    String words = " (image; several inputs: ID=FILE;ID=FILE)";
    dialog.addFileField(labeled(RunOption.INPUT, words), "", COLUMNS);
    dialog.addDirectoryField(labeled(RunOption.OUTPUT, ""), last(RunOption.OUTPUT.key), COLUMNS);
    dialog.addMessage(hintOfInput());
    dialog.addStringField(labeled(RunOption.MEMORY, ""), RunOptions.USUAL_MEMORY, 8);
    String note = " (micrometers, if the file does not say)";
    dialog.addStringField(labeled(RunOption.PIXEL_SIZE, note), "", 8);
    dialog.addStringField(labeled(RunOption.SERIES, " (number from 1; empty: the first)"), "", 8);
    dialog.addStringField(labeled(RunOption.CHANNEL, " (name or number; empty: all)"), "", 16);
    String[] borders = RunOptions.BORDERS.toArray(new String[0]);
    dialog.addChoice(labeled(RunOption.BORDER, ""), borders, borders[0]);
    dialog.addCheckbox(labeled(RunOption.OVERWRITE, ""), false);
    dialog.showDialog();
    if (dialog.wasCanceled()) {
      return null;
    }
    Map<String, String> values = values(dialog);
    Prefs.set(PREFIX + RunOption.MODEL.key, values.get(RunOption.MODEL.key));
    Prefs.set(PREFIX + RunOption.OUTPUT.key, values.get(RunOption.OUTPUT.key));
    record(values);
    return values;
  }

  private static String labeled(RunOption option, String note) {
    return option.label + note;
  }

  private static String last(String key) {
    return Prefs.get(PREFIX + key, "");
  }

  private static String hintOfInput() {
    boolean open = WindowManager.getCurrentImage() != null;
    return open
        ? "Without an input path the model runs on the active image, "
            + WindowManager.getCurrentImage().getTitle()
            + "."
        : "No image is open: choose one, or open it first.";
  }

  /** Not by {@code getNextString}, which records values in a form of its own. */
  private static Map<String, String> values(GenericDialog dialog) {
    List<?> texts = dialog.getStringFields();
    List<?> choices = dialog.getChoices();
    List<?> boxes = dialog.getCheckboxes();
    Map<String, String> values = new LinkedHashMap<>();
    values.put(RunOption.MODEL.key, ((TextField) texts.get(0)).getText().trim());
    values.put(RunOption.INPUT.key, ((TextField) texts.get(1)).getText().trim());
    values.put(RunOption.OUTPUT.key, ((TextField) texts.get(2)).getText().trim());
    values.put(RunOption.MEMORY.key, ((TextField) texts.get(3)).getText().trim());
    values.put(RunOption.PIXEL_SIZE.key, ((TextField) texts.get(4)).getText().trim());
    values.put(RunOption.SERIES.key, ((TextField) texts.get(5)).getText().trim());
    values.put(RunOption.CHANNEL.key, ((TextField) texts.get(6)).getText().trim());
    values.put(RunOption.BORDER.key, ((Choice) choices.get(0)).getSelectedItem());
    if (((Checkbox) boxes.get(0)).getState()) {
      values.put(RunOption.OVERWRITE.key, "");
    }
    return values;
  }

  private static void record(Map<String, String> values) {
    if (!Recorder.record) {
      return;
    }
    for (Map.Entry<String, String> each : RunOptions.recorded(values).entrySet()) {
      if (RunOptions.FLAGS.contains(each.getKey())) {
        Recorder.recordOption(each.getKey());
      } else {
        String value = each.getValue().replace("\\", "\\\\");
        // The recorder itself puts what holds a blank into brackets.
        boolean path = each.getKey().contains("path") || each.getKey().contains("folder");
        boolean bare = path && value.indexOf(' ') < 0;
        Recorder.recordOption(each.getKey(), bare ? "[" + value + "]" : value);
      }
    }
  }
}
