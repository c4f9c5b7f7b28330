package deepbacs.zoo.plugin;

import deepbacs.zoo.errors.PythonFormat;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.prediction.PredictOptions;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What one run is asked to do. */
final class RunOptions {

  static final String MODEL = "model_path";
  static final String INPUT = "input_path";
  static final String OUTPUT = "output_folder";
  static final String MEMORY = "memory";
  static final String PIXEL_SIZE = "pixel_size";
  static final String BORDER = "border";
  static final String OVERWRITE = "overwrite";
  static final String SKIP_EXISTING = "skip_existing";
  static final String KEEP_GOING = "keep_going";

  static final List<String> BORDERS = Arrays.asList("none", "halo");
  static final List<String> FLAGS = Arrays.asList(OVERWRITE, SKIP_EXISTING, KEEP_GOING);
  static final String USUAL_MEMORY = "4GiB";

  private static final List<String> KEYS =
      Arrays.asList(
          MODEL,
          INPUT,
          OUTPUT,
          MEMORY,
          PIXEL_SIZE,
          BORDER,
          OVERWRITE,
          SKIP_EXISTING,
          KEEP_GOING);
  private static final Pattern AMOUNT =
      Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kmgt]?)(i?)b?");
  private static final String UNITS = "kmgt";

  final Path model;
  /** Null takes the active image. */
  final Path input;
  final Path output;
  final PredictOptions options;
  final boolean overwrite;
  final boolean skipExisting;

  /**
   * Reads the values of a macro line or a dialog.
   *
   * @throws ZooException USAGE: an option is not known, missing, or has no such value
   */
  RunOptions(Map<String, String> values) {
    checkKeys(values);
    model = path(values, MODEL);
    output = path(values, OUTPUT);
    input = values.getOrDefault(INPUT, "").trim().isEmpty() ? null : path(values, INPUT);
    options =
        new PredictOptions(
            memory(values.getOrDefault(MEMORY, USUAL_MEMORY)),
            isHalo(values.getOrDefault(BORDER, BORDERS.get(0)).trim()),
            pixelSize(values.getOrDefault(PIXEL_SIZE, "").trim()));
    overwrite = values.containsKey(OVERWRITE);
    skipExisting = values.containsKey(SKIP_EXISTING);
  }

  /** Whether a macro goes on after an error; known even where the other options are wrong. */
  static boolean keepsGoing(Map<String, String> values) {
    return values.containsKey(KEEP_GOING);
  }

  /** The values in the order of the documented line, without those that say nothing new. */
  static Map<String, String> recorded(Map<String, String> values) {
    Map<String, String> given = new LinkedHashMap<>();
    for (String key : KEYS) {
      String value = values.get(key);
      boolean usual =
          value == null
              || !FLAGS.contains(key) && value.trim().isEmpty()
              || key.equals(MEMORY) && value.trim().equals(USUAL_MEMORY)
              || key.equals(BORDER) && value.equals(BORDERS.get(0));
      if (!usual) {
        given.put(key, value);
      }
    }
    return given;
  }

  private static void checkKeys(Map<String, String> values) {
    for (Map.Entry<String, String> entry : values.entrySet()) {
      String key = entry.getKey();
      if (key.equals("rescale")) {
        throw new ZooException(
            Kind.UNSUPPORTED,
            "option rescale",
            "images are not resampled in ImageJ",
            entry.getValue(),
            "images of the pixel size that the model was trained at",
            "use Image > Scale... first, or run deepbacs-zoo predict --rescale auto");
      }
      if (!KEYS.contains(key)) {
        throw new ZooException(
            Kind.USAGE,
            "option '" + key + "'",
            "there is no such option",
            null,
            String.join(", ", KEYS),
            "correct its name, and put values with blanks into brackets: key=[value]");
      }
      boolean off = entry.getValue().trim().equalsIgnoreCase("false");
      if (FLAGS.contains(key) && !entry.getValue().isEmpty() && (off || !isTrue(entry))) {
        throw new ZooException(
            Kind.USAGE,
            "option " + key,
            "there is no such choice",
            entry.getValue(),
            "the word alone",
            "write " + key + " without a value, or leave it out");
      }
    }
  }

  private static boolean isTrue(Map.Entry<String, String> entry) {
    return entry.getValue().trim().equalsIgnoreCase("true") || entry.getValue().trim().equals("1");
  }

  private static Path path(Map<String, String> values, String key) {
    String text = values.getOrDefault(key, "").trim();
    if (text.isEmpty()) {
      throw new ZooException(
          Kind.USAGE,
          "option " + key,
          "it is missing",
          null,
          key + "=[a path]",
          "choose it in the dialog, or write it into run(\"" + RunPlugin.COMMAND + "\", ...)");
    }
    try {
      return Paths.get(text).toAbsolutePath().normalize();
    } catch (InvalidPathException error) {
      throw new ZooException(
          Kind.USAGE,
          "option " + key,
          "this computer has no path like that",
          text,
          "a path",
          "correct the path",
          error);
    }
  }

  private static long memory(String text) {
    Matcher found = AMOUNT.matcher(text.trim().toLowerCase(Locale.ROOT));
    boolean binary = found.matches() && !found.group(3).isEmpty();
    if (!found.matches()
        || Double.parseDouble(found.group(1)) <= 0
        || binary && found.group(2).isEmpty()) {
      throw new ZooException(
          Kind.USAGE,
          "option " + MEMORY,
          "not an amount of memory",
          text,
          "a positive number with a unit, such as 4GiB or 512MB",
          "write for example memory=4GiB");
    }
    int power = found.group(2).isEmpty() ? 0 : UNITS.indexOf(found.group(2)) + 1;
    double amount = Double.parseDouble(found.group(1)) * Math.pow(binary ? 1024 : 1000, power);
    return Math.max((long) amount, 1);
  }

  private static boolean isHalo(String border) {
    if (!BORDERS.contains(border)) {
      throw new ZooException(
          Kind.USAGE,
          "option " + BORDER,
          "there is no such choice",
          border,
          String.join(" | ", BORDERS),
          "use " + BORDER + "=" + BORDERS.get(0));
    }
    return border.equals("halo");
  }

  private static double pixelSize(String text) {
    if (text.isEmpty()) {
      return Double.NaN;
    }
    double size;
    try {
      size = Double.parseDouble(text);
    } catch (NumberFormatException error) {
      size = Double.NaN;
    }
    if (!(size > 0) || Double.isInfinite(size)) {
      throw new ZooException(
          Kind.USAGE,
          "option " + PIXEL_SIZE,
          "it must be positive",
          Double.isNaN(size) ? text : PythonFormat.g(size),
          "a number above 0, in micrometers",
          "leave it out to take what the file says");
    }
    return size;
  }
}
