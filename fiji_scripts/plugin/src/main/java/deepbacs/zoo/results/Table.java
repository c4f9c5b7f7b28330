package deepbacs.zoo.results;

import deepbacs.zoo.errors.PythonFormat;
import java.util.List;

/** Objects, boxes and counts as CSV, byte for byte as Python writes it. */
final class Table {

  private static final String COLUMNS = "label,t,z,area,length,width,x,y,angle,pixels,unit";

  private static final String BOX_COLUMNS = "label,t,z,class,score,x,y,width,height,unit";
  private static final String QUOTED = ",\"\r\n";

  private Table() {}

  /** One line for each box. */
  static String of(BoxStack boxes) {
    StringBuilder text = new StringBuilder(BOX_COLUMNS).append('\n');
    for (BoxRow row : boxes.rows()) {
      text.append(row.label).append(',').append(row.t).append(',').append(row.z);
      text.append(',').append(cell(row.name));
      double[] numbers = {row.box.score, row.x, row.y, row.width, row.height};
      for (double number : numbers) {
        text.append(',').append(PythonFormat.g(number));
      }
      text.append(',').append(row.unit).append('\n');
    }
    return text.toString();
  }

  /** One line for each class at each position, also where there is no box of it. */
  static String counts(BoxStack boxes) {
    StringBuilder text = new StringBuilder("t,z,class,count\n");
    for (int t = 0; t < boxes.frames; t++) {
      for (int z = 0; z < boxes.slices; z++) {
        int[] counts = boxes.counts(t, z);
        for (int index = 0; index < counts.length; index++) {
          text.append(t).append(',').append(z).append(',').append(cell(boxes.classes.get(index)));
          text.append(',').append(counts[index]).append('\n');
        }
      }
    }
    return text.toString();
  }

  private static String cell(String text) {
    boolean plain = text.chars().noneMatch(character -> QUOTED.indexOf(character) >= 0);
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  static String of(List<ObjectRow> objects) {
    StringBuilder text = new StringBuilder(COLUMNS).append('\n');
    for (ObjectRow row : objects) {
      text.append(row.label).append(',').append(row.t).append(',').append(row.z);
      double[] numbers = {row.area, row.length, row.width, row.x, row.y, row.angle};
      for (double number : numbers) {
        text.append(',').append(PythonFormat.g(number));
      }
      text.append(',').append(row.pixels).append(',').append(row.unit).append('\n');
    }
    return text.toString();
  }
}
