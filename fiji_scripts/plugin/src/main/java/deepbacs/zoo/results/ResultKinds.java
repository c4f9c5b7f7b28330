package deepbacs.zoo.results;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Kinds of results, one row for each; the keys are those of Python's tables of kinds. */
public final class ResultKinds {

  /** By the key that a package's configuration gives. */
  public static final Map<String, ResultKind> TABLE;

  static {
    Map<String, ResultKind> table = new LinkedHashMap<>();
    table.put("labels", Labels.KIND);
    table.put("boxes", Boxes.KIND);
    table.put("image", NoObjects.KIND);
    TABLE = Collections.unmodifiableMap(table);
  }

  private ResultKinds() {}
}
