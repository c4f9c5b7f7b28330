package deepbacs.zoo.zooconfig;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The names of one version of the schema; names that it does not list are those of the newest. */
final class Schema {

  static final Schema NEWEST = new Schema(2, new HashMap<>());
  private static final List<Schema> ALL = Arrays.asList(new Schema(1, namesOf1()), NEWEST);

  final int version;
  private final Map<String, String> names;

  private Schema(int version, Map<String, String> names) {
    this.version = version;
    this.names = names;
  }

  /** The schema of a version as it stands in a description, or null. */
  static Schema of(Object version) {
    // Python takes true for 1, too.
    Object number = Boolean.TRUE.equals(version) ? (Object) 1L : version;
    for (Schema schema : ALL) {
      boolean same =
          number instanceof Number && ((Number) number).doubleValue() == schema.version;
      if (same) {
        return schema;
      }
    }
    return null;
  }

  /** The name of a kind, an entry or a setting, from that of the newest schema. */
  String name(String newest) {
    return names.getOrDefault(newest, newest);
  }

  private static Map<String, String> namesOf1() {
    Map<String, String> names = new HashMap<>();
    names.put("star_convex", "stars");
    names.put("spline", "splines");
    names.put("anchor_boxes", "boxes");
    names.put("n_rays", "rays");
    names.put("nms_threshold", "overlap_threshold");
    names.put("split_ratio", "neck");
    names.put("max_dilation", "max_growth");
    names.put("peak_bytes_per_pixel", "bytes_per_pixel");
    names.put("method_arguments", "task_arguments");
    return names;
  }
}
