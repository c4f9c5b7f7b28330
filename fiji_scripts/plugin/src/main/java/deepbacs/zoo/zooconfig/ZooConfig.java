package deepbacs.zoo.zooconfig;

import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Statements of a description for deepbacs_zoo alone; other programs ignore it. */
public final class ZooConfig {

  /** The kind of result of a package without decoding. */
  public static final String IMAGE = "image";

  private static final Map<String, Double> MICROMETERS = new HashMap<>();

  static {
    for (String name :
        new String[] {"micrometer", "micrometre", "micron", "\u00b5m", "\u03bcm", "um"}) {
      MICROMETERS.put(name, 1.0);
    }
    MICROMETERS.put("nanometer", 1e-3);
    MICROMETERS.put("nm", 1e-3);
    MICROMETERS.put("millimeter", 1e3);
    MICROMETERS.put("mm", 1e3);
  }

  /** One of the tasks of DeepBacs, for example {@code segmentation}; null where not stated. */
  public final String task;
  /** The way to do the task, for example {@code stardist}; null where not stated. */
  public final String method;
  /** Arguments that the method was built with. */
  public final Map<?, ?> methodArguments;
  /** Settings of the decoding; null where the output is the result. */
  public final Decoding decode;
  /** Micrometers per pixel by axis, as the model was trained at; empty where not stated. */
  public final Map<Character, Double> pixelSize;
  /** Peak memory per pixel of the input in bytes; NaN where not stated. */
  public final double peakBytesPerPixel;

  /** Side of the square of input pixels that an output pixel depends on; null if not stated. */
  public final Long receptiveField;
  /** False if an image has to pass through the network in one piece. */
  public final boolean allowTiling;
  /** The version that was read; the newest for one that is not known. */
  public final int schemaVersion;

  private ZooConfig(Map<String, Object> entries) {
    Object version = entries.containsKey("schema_version") ? entries.get("schema_version") : 1L;
    // Without decoding a later version is read as far as its names are known.
    Schema known = Schema.of(version);
    Schema schema = known == null ? Schema.NEWEST : known;
    this.schemaVersion = schema.version;
    Object arguments = entries.get(schema.name("method_arguments"));
    this.methodArguments =
        arguments instanceof Map ? (Map<?, ?>) arguments : Collections.emptyMap();
    Object field = entries.get("receptive_field");
    this.receptiveField = field instanceof Long ? (Long) field : null;
    this.pixelSize = pixelSize(entries.get("pixel_size"));
    String memory = schema.name("peak_bytes_per_pixel");
    this.peakBytesPerPixel = bytes(memory, entries.get(memory));
    this.allowTiling = allowTiling(entries.get("allow_tiling"));
    this.decode = Kinds.read(entries);
    String[] names = Methods.of(schema, text(entries, "task"), text(entries, "method"));
    this.task = names[0];
    this.method = names[1];
  }

  /**
   * Reads {@code config.deepbacs_zoo}.
   *
   * @throws ZooException UNSUPPORTED: a kind of decoding, or a version of the schema, that is not
   *     known. PACKAGE: a field is missing, unknown or not of its type
   */
  public static ZooConfig read(Map<String, Object> entries) {
    return new ZooConfig(entries);
  }

  /** The kind of result: {@code labels}, {@code boxes} or {@code image}. */
  public String result() {
    return decode == null ? IMAGE : decode.result();
  }

  private static String text(Map<String, Object> entries, String name) {
    Object value = entries.get(name);
    return value instanceof String ? (String) value : null;
  }

  private static double bytes(String name, Object stated) {
    if (stated == null) {
      return Double.NaN;
    }
    if (!(stated instanceof Number) || !(((Number) stated).doubleValue() > 0)) {
      throw new ZooException(
          Kind.PACKAGE,
          "config.deepbacs_zoo." + name,
          "it is no number of bytes",
          PythonText.str(stated),
          "a positive number",
          "correct or remove the entry of the package's description");
    }
    return ((Number) stated).doubleValue();
  }

  private static boolean allowTiling(Object stated) {
    if (stated != null && !(stated instanceof Boolean)) {
      throw new ZooException(
          Kind.PACKAGE,
          "config.deepbacs_zoo.allow_tiling",
          "this field is not as the schema has it",
          PythonText.str(stated),
          "true or false",
          "correct the description or export the package again");
    }
    return !Boolean.FALSE.equals(stated);
  }

  private static Map<Character, Double> pixelSize(Object entry) {
    Map<Character, Double> sizes = new LinkedHashMap<>();
    if (entry == null) {
      return sizes;
    }
    if (!(entry instanceof Map)) {
      throw noPixelSize(entry);
    }
    Map<?, ?> stated = (Map<?, ?>) entry;
    Object unit = stated.containsKey("unit") ? stated.get("unit") : "micrometer";
    Double factor = MICROMETERS.get(String.valueOf(unit));
    for (char axis : new char[] {'z', 'y', 'x'}) {
      Object value = stated.get(String.valueOf(axis));
      if (value != null) {
        boolean good = value instanceof Number && ((Number) value).doubleValue() > 0;
        if (!good || factor == null) {
          throw noPixelSize(entry);
        }
        sizes.put(axis, ((Number) value).doubleValue() * factor);
      }
    }
    if (factor == null) {
      throw noPixelSize(entry);
    }
    return Collections.unmodifiableMap(sizes);
  }

  private static ZooException noPixelSize(Object entry) {
    return new ZooException(
        Kind.PACKAGE,
        "config.deepbacs_zoo.pixel_size",
        "it is no pixel size",
        PythonText.str(entry),
        "positive numbers for y and x (and z), with a unit such as micrometer",
        "correct the package's description");
  }
}
