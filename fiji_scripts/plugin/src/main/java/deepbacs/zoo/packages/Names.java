package deepbacs.zoo.packages;

import deepbacs.zoo.tensors.DType;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Names that both formats share: data types, axis ids, tensor ids. */
final class Names {

  static final List<String> DTYPES =
      Collections.unmodifiableList(
          Arrays.asList(
              "float32",
              "float64",
              "uint8",
              "int8",
              "uint16",
              "int16",
              "uint32",
              "int32",
              "uint64",
              "int64",
              "bool"));

  private static final Map<String, String> ID_OF_AXIS = new LinkedHashMap<>();
  private static final int LONGEST_ID = 64;

  static {
    ID_OF_AXIS.put("b", "batch");
    ID_OF_AXIS.put("t", "time");
    ID_OF_AXIS.put("i", "index");
    ID_OF_AXIS.put("c", "channel");
  }

  private Names() {}

  /** The axis id that a short name stands for; other names are returned as they are. */
  static String axisId(String name) {
    return ID_OF_AXIS.getOrDefault(name, name);
  }

  /** The short name of an axis id such as {@code batch}; other names are returned as they are. */
  static String axisName(String name) {
    for (Map.Entry<String, String> pair : ID_OF_AXIS.entrySet()) {
      if (pair.getValue().equals(name)) {
        return pair.getKey();
      }
    }
    return name;
  }

  static DType dtype(Field field) {
    return DType.of(field.choice(DTYPES));
  }

  /** Reads the id of a tensor, which becomes part of file names. */
  static String tensorId(Field field) {
    String text = field.text();
    if (!isIdentifier(text) || text.codePointCount(0, text.length()) > LONGEST_ID) {
      throw field.wrong(
          "letters, digits, '_' and '-', at most " + LONGEST_ID + ", no digit first");
    }
    return text;
  }

  private static boolean isIdentifier(String text) {
    int[] points = text.replace('-', '_').codePoints().toArray();
    if (points.length == 0) {
      return false;
    }
    if (points[0] != '_' && !Character.isUnicodeIdentifierStart(points[0])) {
      return false;
    }
    for (int point : points) {
      if (!Character.isUnicodeIdentifierPart(point) || Character.isIdentifierIgnorable(point)) {
        return false;
      }
    }
    return true;
  }
}
