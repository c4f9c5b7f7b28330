package deepbacs.zoo.tensors;

import java.util.Collections;
import java.util.Map;

/**
 * One pre- or postprocessing operation under its RDF name.
 *
 * <p>Both formats use the names and keyword arguments of format 0.5, with short names of axes
 * ({@code "cyx"}). Numbers are {@link Long} or {@link Double}, lists {@link java.util.List}.
 */
public final class Step {

  public final String name;
  public final Map<String, Object> kwargs;

  public Step(String name, Map<String, Object> kwargs) {
    this.name = name;
    this.kwargs = Collections.unmodifiableMap(kwargs);
  }
}
