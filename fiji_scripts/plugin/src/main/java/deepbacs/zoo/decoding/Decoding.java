package deepbacs.zoo.decoding;

import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.util.Map;

/** How an output becomes objects: the typed {@code decode} block of {@code config.deepbacs_zoo}. */
public interface Decoding {

  /** The id of the output tensor. */
  String output();

  /**
   * Reads {@code config.deepbacs_zoo}; null when it does not say how to decode.
   *
   * @throws ZooException UNSUPPORTED: a kind of decoding, or a version of the schema, that is not
   *     known. PACKAGE: a field is missing, unknown or not of its type
   */
  static Decoding read(Map<String, Object> zooConfig) {
    Object value = zooConfig.get("decode");
    if (value == null) {
      return null;
    }
    if (!(value instanceof Map)) {
      throw DecodeConfig.wrong(DecodeConfig.WHERE, value, "a mapping with kind and output");
    }
    DecodeConfig block = new DecodeConfig((Map<?, ?>) value);
    Object version = zooConfig.containsKey("schema_version") ? zooConfig.get("schema_version") : 1L;
    Decoding found = DecodeConfig.isOne(version) ? block.read() : null;
    if (found == null) {
      throw new ZooException(
          Kind.UNSUPPORTED,
          DecodeConfig.WHERE,
          "a way of decoding that is not known here",
          "kind " + PythonText.str(block.kind()) + ", schema_version " + PythonText.str(version),
          "kind multilabel, foreground, stars, splines or boxes of schema_version 1",
          "update deepbacs_zoo with pip install --upgrade");
    }
    return found;
  }
}
