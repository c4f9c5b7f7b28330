package deepbacs.zoo.decoding;

import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.Tensor;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Probabilities of background, interior and boundary, decoded to instances: the typed {@code
 * decode} block of {@code config.deepbacs_zoo}.
 *
 * <p>The thresholds are compared as float with a float32 tensor. Channels are indices along {@code
 * c}, sizes are in pixels.
 */
public final class Multilabel {

  private static final String WHERE = "config.deepbacs_zoo.decode";
  private static final List<String> FIELDS =
      Arrays.asList(
          "output",
          "background",
          "interior",
          "boundary",
          "seed_threshold",
          "foreground_threshold",
          "min_seed",
          "min_size",
          "max_growth");

  /** The id of the output tensor, which holds probabilities. */
  public final String output;

  public final int background;
  public final int interior;
  public final int boundary;
  /** A seed pixel has P(interior) of at least this. */
  public final double seedThreshold;
  /** The pixel of an object has P(background) below 1 minus this. */
  public final double foregroundThreshold;
  /** Smaller seeds are dropped. */
  public final int minSeed;
  /** Smaller objects are dropped. */
  public final int minSize;
  /** Pixels that a seed grows at most. */
  public final int maxGrowth;

  private Multilabel(Map<?, ?> block) {
    output = (String) block.get("output");
    background = whole(block, "background", 0);
    interior = whole(block, "interior", 1);
    boundary = whole(block, "boundary", 2);
    seedThreshold = fraction(block, "seed_threshold", 0.5);
    foregroundThreshold = fraction(block, "foreground_threshold", 0.5);
    minSeed = whole(block, "min_seed", 5);
    minSize = whole(block, "min_size", 20);
    maxGrowth = whole(block, "max_growth", 6);
  }

  /**
   * Reads {@code config.deepbacs_zoo}; null when it does not say how to decode.
   *
   * @throws ZooException UNSUPPORTED: a kind of decoding, or a version of the schema, that is not
   *     known. PACKAGE: a field is missing, unknown or not of its type
   */
  public static Multilabel read(Map<String, Object> zooConfig) {
    Object value = zooConfig.get("decode");
    if (value == null) {
      return null;
    }
    if (!(value instanceof Map)) {
      throw wrong(WHERE, value, "a mapping with kind and output");
    }
    Map<?, ?> block = (Map<?, ?>) value;
    Object version = zooConfig.containsKey("schema_version") ? zooConfig.get("schema_version") : 1L;
    if (!isOne(version) || !"multilabel".equals(block.get("kind"))) {
      throw new ZooException(
          Kind.UNSUPPORTED,
          WHERE,
          "a way of decoding that is not known here",
          "kind "
              + PythonText.str(block.get("kind"))
              + ", schema_version "
              + PythonText.str(version),
          "kind multilabel of schema_version 1",
          "update deepbacs_zoo with pip install --upgrade");
    }
    for (Map.Entry<?, ?> entry : block.entrySet()) {
      if (!entry.getKey().equals("kind") && !FIELDS.contains(entry.getKey())) {
        String known = "one of " + String.join(", ", FIELDS);
        throw wrong(WHERE + "." + entry.getKey(), entry.getValue(), known);
      }
    }
    if (!(block.get("output") instanceof String)) {
      throw wrong(WHERE + ".output", block.get("output"), "the id of an output tensor");
    }
    for (Map.Entry<?, ?> entry : block.entrySet()) {
      check(entry.getKey().toString(), entry.getValue());
    }
    Multilabel settings = new Multilabel(block);
    if (settings.background == settings.interior
        || settings.background == settings.boundary
        || settings.interior == settings.boundary) {
      String channels = settings.background + ", " + settings.interior + ", " + settings.boundary;
      throw wrong(WHERE, "(" + channels + ")", "three different channels");
    }
    return settings;
  }

  /**
   * Decodes one plane.
   *
   * @param probabilities {@code c y x}, 0 to 1, taken as float32. Comparisons with NaN are false:
   *     such a pixel is neither seed nor foreground
   * @return {@code y x}, row by row; 0 is background, objects are numbered 1 to n by their first
   *     pixel
   * @throws ZooException PACKAGE: the tensor lacks a channel that the settings name
   */
  public int[] decode(Tensor probabilities) {
    int[] shape = probabilities.shape();
    long channels = 1L + Math.max(background, Math.max(interior, boundary));
    if (shape.length != 3 || shape[0] < channels) {
      StringBuilder found = new StringBuilder();
      for (int size : shape) {
        found.append(found.length() == 0 ? "" : "x").append(size);
      }
      throw new ZooException(
          Kind.PACKAGE,
          "output " + output,
          "it does not have the channels that " + WHERE + " names",
          "shape " + found,
          "c y x with at least " + channels + " channels",
          "correct the channel indices of " + WHERE);
    }
    return new Decoder(this, shape[1], shape[2]).decode(probabilities);
  }

  private static void check(String name, Object value) {
    if (name.equals("kind") || name.equals("output")) {
      return;
    }
    if (name.endsWith("_threshold")) {
      double number = value instanceof Number ? ((Number) value).doubleValue() : Double.NaN;
      if (!(number > 0 && number < 1)) {
        throw wrong(WHERE + "." + name, value, "a number between 0 and 1");
      }
    } else if (!isWhole(value) || ((Number) value).doubleValue() < 0) {
      throw wrong(WHERE + "." + name, value, "a whole number of at least 0");
    }
  }

  private static boolean isWhole(Object value) {
    return value instanceof Long || value instanceof Integer || value instanceof BigInteger;
  }

  private static boolean isOne(Object value) {
    // Python takes true for 1, too.
    return value instanceof Number && ((Number) value).doubleValue() == 1
        || Boolean.TRUE.equals(value);
  }

  /** A number beyond what an int holds counts as the largest one: no image has as many pixels. */
  private static int whole(Map<?, ?> block, String name, int unset) {
    Object value = block.get(name);
    return value == null
        ? unset
        : (int) Math.min(Integer.MAX_VALUE, ((Number) value).doubleValue());
  }

  private static double fraction(Map<?, ?> block, String name, double unset) {
    Object value = block.get(name);
    return value == null ? unset : ((Number) value).doubleValue();
  }

  private static ZooException wrong(String where, Object value, String allowed) {
    return new ZooException(
        Kind.PACKAGE,
        where,
        "this field is not as the schema has it",
        value == null ? null : PythonText.str(value),
        allowed,
        "correct the description or export the package again");
  }
}
