package deepbacs.zoo.zooconfig;

import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The kinds of decoding by their names in the newest schema. */
final class Kinds {

  private static final Map<String, Function<Fields, Decoding>> TABLE = new LinkedHashMap<>();

  static {
    TABLE.put("multilabel", Multilabel::new);
    TABLE.put("foreground", Foreground::new);
    TABLE.put("star_convex", StarConvex::new);
    TABLE.put("spline", Spline::new);
    TABLE.put("anchor_boxes", AnchorBoxes::new);
  }

  private Kinds() {}

  /** Reads the block {@code decode}, or null where there is none. */
  static Decoding read(Map<String, Object> config) {
    Object block = config.get("decode");
    if (block == null) {
      return null;
    }
    if (!(block instanceof Map)) {
      throw Fields.wrong(Fields.WHERE, block, "a mapping with kind and output");
    }
    Map<?, ?> values = (Map<?, ?>) block;
    Object version = config.containsKey("schema_version") ? config.get("schema_version") : 1L;
    Schema schema = Schema.of(version);
    for (Map.Entry<String, Function<Fields, Decoding>> kind : TABLE.entrySet()) {
      if (schema != null && schema.name(kind.getKey()).equals(values.get("kind"))) {
        return kind.getValue().apply(new Fields(values, schema));
      }
    }
    throw unknown(values.get("kind"), version, schema == null ? Schema.NEWEST : schema);
  }

  private static ZooException unknown(Object kind, Object version, Schema schema) {
    List<String> names = new ArrayList<>();
    TABLE.keySet().forEach(name -> names.add(schema.name(name)));
    String last = names.remove(names.size() - 1);
    return new ZooException(
        Kind.UNSUPPORTED,
        Fields.WHERE,
        "a way of decoding that is not known here",
        "kind " + PythonText.str(kind) + ", schema_version " + PythonText.str(version),
        "kind "
            + String.join(", ", names)
            + " or "
            + last
            + " of schema_version "
            + schema.version,
        "update deepbacs_zoo with pip install --upgrade");
  }
}
