package deepbacs.zoo.results;

import deepbacs.zoo.errors.PythonFormat;
import ij.measure.ResultsTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Objects, boxes and counts as rows: as CSV byte for byte as Python writes it, or for ImageJ. */
final class Table {

  private static final String QUOTED = ",\"\r\n";

  private final List<String> columns;
  private final List<Object[]> rows = new ArrayList<>();

  private Table(String... columns) {
    this.columns = Arrays.asList(columns);
  }

  private void add(Object... cells) {
    rows.add(cells);
  }

  /** One row for each object. */
  static Table of(List<ObjectRow> objects) {
    Table table =
        new Table(
            "label", "t", "z", "area", "length", "width", "x", "y", "angle", "pixels", "unit");
    for (ObjectRow row : objects) {
      table.add(
          row.label, row.t, row.z, row.area, row.length, row.width, row.x, row.y, row.angle,
          row.pixels, row.unit);
    }
    return table;
  }

  /** One row for each box. */
  static Table of(BoxStack boxes) {
    Table table =
        new Table("label", "t", "z", "class", "score", "x", "y", "width", "height", "unit");
    for (BoxRow row : boxes.rows()) {
      table.add(
          row.label, row.t, row.z, row.name, (double) row.box.score, row.x, row.y, row.width,
          row.height, row.unit);
    }
    return table;
  }

  /** One row for each class at each position, also where there is no box of it. */
  static Table counts(BoxStack boxes) {
    Table table = new Table("t", "z", "class", "count");
    for (int t = 0; t < boxes.frames; t++) {
      for (int z = 0; z < boxes.slices; z++) {
        int[] counts = boxes.counts(t, z);
        for (int index = 0; index < counts.length; index++) {
          table.add(t, z, boxes.classes.get(index), counts[index]);
        }
      }
    }
    return table;
  }

  String csv() {
    StringBuilder text = new StringBuilder(String.join(",", columns)).append('\n');
    for (Object[] row : rows) {
      String separator = "";
      for (Object cell : row) {
        text.append(separator).append(cell(cell));
        separator = ",";
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static String cell(Object value) {
    if (value instanceof Double) {
      return PythonFormat.g((Double) value);
    }
    String text = value.toString();
    boolean plain = text.chars().noneMatch(character -> QUOTED.indexOf(character) >= 0);
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  ResultsTable resultsTable() {
    ResultsTable table = new ResultsTable();
    for (int row = 0; row < rows.size(); row++) {
      table.incrementCounter();
      for (int column = 0; column < columns.size(); column++) {
        Object cell = rows.get(row)[column];
        if (cell instanceof Number) {
          table.setValue(columns.get(column), row, ((Number) cell).doubleValue());
        } else {
          table.setValue(columns.get(column), row, cell.toString());
        }
      }
    }
    return table;
  }
}
