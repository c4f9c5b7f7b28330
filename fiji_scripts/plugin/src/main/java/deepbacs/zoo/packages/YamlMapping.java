package deepbacs.zoo.packages;

import java.util.LinkedHashMap;

/**
 * A mapping of a description, in file order, whose keys are all texts.
 *
 * <p>One with other keys, such as numbers, is a plain map, and refused where it means something.
 */
final class YamlMapping extends LinkedHashMap<String, Object> {

  private static final long serialVersionUID = 1L;
}
