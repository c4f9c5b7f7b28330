package deepbacs.zoo.outputs;

import deepbacs.zoo.decoding.ObjectRow;
import deepbacs.zoo.errors.PythonFormat;
import java.util.List;

/** The measured objects as CSV, byte for byte as Python writes it. */
final class Table {

  private static final String COLUMNS = "label,t,z,area,length,width,x,y,angle,pixels,unit";

  private Table() {}

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
