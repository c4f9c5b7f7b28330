package deepbacs.zoo.zooconfig;

import java.util.HashMap;
import java.util.Map;

/** Tasks and methods; schema 1 named the method alone, as a task. */
final class Methods {

  private static final Map<String, String[]> OF_SCHEMA_1 = new HashMap<>();

  static {
    OF_SCHEMA_1.put("segmentation", new String[] {"segmentation", "multilabel-unet"});
    OF_SCHEMA_1.put("foreground", new String[] {"segmentation", "unet"});
    OF_SCHEMA_1.put("stardist", new String[] {"segmentation", "stardist"});
    OF_SCHEMA_1.put("splinedist", new String[] {"segmentation", "splinedist"});
    OF_SCHEMA_1.put("detection", new String[] {"detection", "yolov2"});
  }

  private Methods() {}

  /** Task and method as the newest schema has them; null where not stated. */
  static String[] of(Schema schema, String task, String method) {
    if (schema.version == 1) {
      return OF_SCHEMA_1.getOrDefault(task, new String[] {task, null}).clone();
    }
    return new String[] {task, method};
  }
}
