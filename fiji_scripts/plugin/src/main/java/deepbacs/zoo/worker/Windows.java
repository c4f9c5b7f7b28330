package deepbacs.zoo.worker;

import ij.IJ;
import ij.ImagePlus;
import ij.Macro;
import ij.WindowManager;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import ij.plugin.frame.RoiManager;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * ImageJ's windows of tables, of the log and of the ROI manager, by their titles, where there are
 * none.
 *
 * <p>Macros select, save, rename and close them. All methods are called by the patched ImageJ, see
 * {@link PatchWindows}; while no macro runs through {@link MacroRunner} they do nothing.
 */
public final class Windows {

  private static final String RESULTS = "Results";
  private static final String LOG = "Log";
  private static final String ROIS = "ROI Manager";
  private static final int MOST_LINES = 100_000;

  private static final Map<String, ResultsTable> TABLES = new LinkedHashMap<>();
  private static final List<String> LINES = new ArrayList<>();
  /** The title of the table that was shown last. */
  private static String shown;
  /** The title of the window in front, if it is one of these and not an image. */
  private static String front;

  private Windows() {}

  /** Forgets all of them. */
  static synchronized void clear() {
    TABLES.clear();
    LINES.clear();
    shown = null;
    front = null;
  }

  static synchronized Map<String, ResultsTable> tables() {
    return new LinkedHashMap<>(TABLES);
  }

  /** A table that is shown; it has a name from then on. */
  public static synchronized void show(ResultsTable table, String title) {
    if (!Hooks.isActive()) {
      return;
    }
    String name = title == null || title.equals(RESULTS) ? nameOf(table) : title;
    if (table == Analyzer.getResultsTable() || name.equals(RESULTS)) {
      Analyzer.setResultsTable(table); // it may be another one, of several measurements
      shown = null;
      return;
    }
    TABLES.put(name, table);
    shown = name;
    front = name;
  }

  /** Tables do not know their name where they are not in a window. */
  private static String nameOf(ResultsTable table) {
    for (Map.Entry<String, ResultsTable> each : TABLES.entrySet()) {
      if (each.getValue() == table) {
        return each.getKey();
      }
    }
    return RESULTS;
  }

  /** The table with this name, or the one that was shown last; null where there is none. */
  public static synchronized ResultsTable table(String title) {
    String name = title == null ? shown : title;
    return name == null ? null : TABLES.get(name);
  }

  public static synchronized boolean isOpen(String title) {
    if (!Hooks.isActive()) {
      return false;
    }
    return TABLES.containsKey(title)
        || title.equals(RESULTS) && ResultsTable.getResultsTable().size() > 0
        || title.equals(LOG) && !LINES.isEmpty()
        || title.equals(ROIS) && RoiManager.getRawInstance() != null;
  }

  /** All titles; null while no macro runs. */
  public static synchronized String[] titles() {
    if (!Hooks.isActive()) {
      return null;
    }
    List<String> found = new ArrayList<>(TABLES.keySet());
    for (String title : new String[] {RESULTS, LOG, ROIS}) {
      if (isOpen(title)) {
        found.add(title);
      }
    }
    return found.toArray(new String[0]);
  }

  /**
   * Brings a window to the front.
   *
   * @return whether it is one of these; an error at once where no image has the title either
   */
  public static synchronized boolean select(String title) {
    if (isOpen(title)) {
      front = title;
      shown = TABLES.containsKey(title) ? title : null;
      return true;
    }
    if (Hooks.isActive() && idOf(title).equals("0")) {
      Hooks.error("Macro Error", "No window with the title \"" + title + "\" found.");
    }
    return false;
  }

  /** The number of an open image, as macros have it, by its title; "0" for none. */
  public static String idOf(String title) {
    int[] ids = WindowManager.getIDList();
    for (int index = 0; ids != null && index < ids.length; index++) {
      ImagePlus image = WindowManager.getImage(ids[index]);
      if (image != null && title.equals(image.getTitle())) {
        return String.valueOf(ids[index]);
      }
    }
    return "0";
  }

  /** An image is in front. */
  public static synchronized void imageSelected() {
    front = null;
  }

  /** Closes what is in front, if it is one of these. */
  public static synchronized boolean closeFront() {
    return front != null && close(front);
  }

  /** Closes a window by its title, in upper or lower case, if it is one of these. */
  public static synchronized boolean close(String title) {
    String[] titles = titles();
    for (int index = 0; titles != null && index < titles.length; index++) {
      String each = titles[index];
      if (!each.equalsIgnoreCase(title)) {
        continue;
      }
      if (each.equals(ROIS)) {
        Hooks.closeManager();
      } else if (each.equals(LOG)) {
        LINES.clear();
      } else if (TABLES.remove(each) == null) {
        ResultsTable.getResultsTable().reset();
        Analyzer.setUnsavedMeasurements(false);
      }
      front = each.equals(front) ? null : front;
      shown = each.equals(shown) ? null : shown;
      return true;
    }
    return false;
  }

  /**
   * Gives a table another name.
   *
   * @param title its name; null for the one in front, or the results
   */
  public static synchronized boolean rename(String title, String name) {
    String old = title == null ? front : title;
    old = old == null ? RESULTS : old;
    if (!isOpen(old) || old.equals(LOG) || old.equals(ROIS)) {
      return false;
    }
    ResultsTable table = TABLES.remove(old);
    if (table == null) { // the results, which begin anew
      table = ResultsTable.getResultsTable();
      Analyzer.setUnsavedMeasurements(false);
      Analyzer.setResultsTable(new ResultsTable());
      ResultsTable.getResultsTable().showRowNumbers(true);
    }
    if (name.equals(RESULTS)) {
      Analyzer.setResultsTable(table);
      shown = null;
    } else {
      TABLES.put(name, table);
      shown = name;
    }
    front = name;
    return true;
  }

  /**
   * Saves the table in front, or says that there is none to be saved.
   *
   * @return false if it is the results table, which ImageJ saves itself
   */
  public static synchronized boolean saveTable(String path) throws IOException {
    if (!Hooks.isActive()) {
      return false;
    }
    ResultsTable table = front == null ? null : TABLES.get(front);
    if (table == null) {
      if (ResultsTable.getResultsTable().size() == 0) {
        Hooks.error("Save", "there are no results to save");
      }
      return false;
    }
    table.saveAs(path);
    return true;
  }

  /** Saves the log or the table in front as text, where a macro says where to. */
  public static synchronized boolean saveText() throws IOException {
    if (!Hooks.isActive() || front == null || Macro.getOptions() == null) {
      return false;
    }
    String path = Macro.getValue(Macro.getOptions(), "save", "");
    if (path.isEmpty()) {
      return false;
    }
    if (front.equals(LOG)) {
      try (FileOutputStream file = new FileOutputStream(new File(path))) {
        file.write(log().getBytes(StandardCharsets.UTF_8));
      }
      return true;
    }
    return front.equals(RESULTS)
        ? ResultsTable.getResultsTable().save(path)
        : TABLES.containsKey(front) && TABLES.get(front).save(path);
  }

  /** The lines of the log window; null while no macro runs. */
  public static synchronized String log() {
    if (!Hooks.isActive()) {
      return null;
    }
    StringBuilder text = new StringBuilder();
    for (String line : LINES) {
      text.append(line).append('\n');
    }
    return text.toString();
  }

  /**
   * A line of the log, or a command to change it.
   *
   * @return whether it was such a command, which is not to be printed
   */
  public static synchronized boolean logged(String line) {
    if (!Hooks.isActive() || line == null) {
      return false;
    }
    if (line.equals("\\Clear") || line.equals("\\Close")) {
      LINES.clear();
      return true;
    }
    if (line.startsWith("\\Update:")) {
      int last = Math.max(0, LINES.size() - 1);
      LINES.subList(last, LINES.size()).clear();
      IJ.log(line.substring(8));
      return true;
    }
    if (LINES.size() < MOST_LINES) {
      LINES.add(line);
    }
    return false;
  }
}
