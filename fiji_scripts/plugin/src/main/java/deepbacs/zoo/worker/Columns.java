package deepbacs.zoo.worker;

import ij.macro.Variable;
import ij.measure.ResultsTable;
import java.util.ArrayList;
import java.util.List;

/** One of ImageJ's tables, column by column, as it is when the macro ends. */
public final class Columns {

  public final String title;
  /** Headings in the order of the table. */
  public final List<String> names = new ArrayList<>();
  /** For each heading a {@code double[]}, or a {@code String[]} if any cell holds a text. */
  public final List<Object> values = new ArrayList<>();

  /** Reads a table. */
  public Columns(String title, ResultsTable table) {
    this.title = title;
    int rows = table.size();
    if (rows > 0 && table.getLabel(0) != null) {
      String[] labels = new String[rows];
      for (int row = 0; row < rows; row++) {
        String label = table.getLabel(row);
        labels[row] = label == null ? "" : label;
      }
      names.add("Label");
      values.add(labels);
    }
    for (String name : table.getHeadings()) {
      if (table.getColumnIndex(name) != ResultsTable.COLUMN_NOT_FOUND) {
        names.add(name);
        values.add(column(table, name, rows));
      }
    }
  }

  private static Object column(ResultsTable table, String name, int rows) {
    Variable[] cells = table.getColumnAsVariables(name);
    boolean texts = false;
    for (int row = 0; row < rows; row++) {
      texts |= cells[row].getString() != null;
    }
    if (!texts) {
      double[] numbers = new double[rows];
      for (int row = 0; row < rows; row++) {
        numbers[row] = cells[row].getValue();
      }
      return numbers;
    }
    String[] words = new String[rows];
    for (int row = 0; row < rows; row++) {
      words[row] = table.getStringValue(name, row);
    }
    return words;
  }
}
