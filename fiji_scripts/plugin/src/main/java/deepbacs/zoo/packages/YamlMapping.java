package deepbacs.zoo.packages;

import java.util.LinkedHashMap;

/** A mapping of a description, in file order. */
final class YamlMapping extends LinkedHashMap<String, Object> {

  private static final long serialVersionUID = 1L;

  /** Whether all keys are texts; others, such as numbers, are kept as they are written. */
  boolean named = true;
}
