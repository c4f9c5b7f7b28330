package deepbacs.zoo.tensors;

import java.util.Collections;
import java.util.Map;

/** One entry of {@code weights}: its format name, its file, and its other fields as read. */
public final class Weights {

  public final String format;
  public final FileRef file;
  public final Map<String, Object> fields;

  public Weights(String format, FileRef file, Map<String, Object> fields) {
    this.format = format;
    this.file = file;
    this.fields = Collections.unmodifiableMap(fields);
  }
}
