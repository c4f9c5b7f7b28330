package deepbacs.zoo.plugin;

import deepbacs.zoo.errors.PythonFormat;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.images.ReadOptions;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.options.Text;
import deepbacs.zoo.prediction.PredictOptions;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The options of one run. */
final class RunOptions {

  static final List<String> BORDERS = Arrays.asList("none", "halo");
  /** Keys that stand without a value. */
  static final List<String> FLAGS =
      Arrays.asList(
          RunOption.OVERWRITE.key, RunOption.SKIP_EXISTING.key, RunOption.KEEP_GOING.key);
  static final String USUAL_MEMORY = "4GiB";
  /** Keys of a run whose package and images are given in another way. */
  private static final List<String> OF_PREDICTION =
      Arrays.asList(RunOption.MEMORY.key, RunOption.PIXEL_SIZE.key, RunOption.BORDER.key, RunOption.SERIES.key, RunOption.CHANNEL.key);

  private static final Pattern AMOUNT =
      Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kmgt]?)(i?)b?");
  private static final String UNITS = "kmgt";

  final Path model;
  /** Files or titles of images, see {@link GivenImages}; empty for the active image. */
  final String input;
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
    checkKeys(values, keys());
    model = path(values, RunOption.MODEL);
    output = path(values, RunOption.OUTPUT);
    input = value(values, RunOption.INPUT, "");
    options = prediction(values);
    overwrite = values.containsKey(RunOption.OVERWRITE.key);
    skipExisting = values.containsKey(RunOption.SKIP_EXISTING.key);
  }

  /**
   * Reads the options of a run whose package and images are given in another way.
   *
   * @throws ZooException USAGE: an option is not known here, or has no such value
   */
  static PredictOptions ofPrediction(String text) {
    Map<String, String> values = OptionText.parse(text);
    checkKeys(values, OF_PREDICTION);
    return prediction(values);
  }

  private static PredictOptions prediction(Map<String, String> values) {
    return new PredictOptions(
        memory(value(values, RunOption.MEMORY, USUAL_MEMORY)),
        isHalo(value(values, RunOption.BORDER, BORDERS.get(0))),
        pixelSize(value(values, RunOption.PIXEL_SIZE, "")),
        reading(value(values, RunOption.SERIES, ""), value(values, RunOption.CHANNEL, "")));
  }

  private static String value(Map<String, String> values, RunOption option, String usual) {
    return values.getOrDefault(option.key, usual).trim();
  }

  /** True if a macro goes on after an error; known even where the other options are wrong. */
  static boolean keepsGoing(Map<String, String> values) {
    return values.containsKey(RunOption.KEEP_GOING.key);
  }

  /** The values in the order of the documented line, without those that say nothing new. */
  static Map<String, String> recorded(Map<String, String> values) {
    Map<String, String> given = new LinkedHashMap<>();
    for (RunOption option : RunOption.values()) {
      String key = option.key;
      String value = values.get(key);
      boolean usual =
          value == null
              || !FLAGS.contains(key) && value.trim().isEmpty()
              || option == RunOption.MEMORY && value.trim().equals(USUAL_MEMORY)
              || option == RunOption.BORDER && value.equals(BORDERS.get(0));
      if (!usual) {
        given.put(key, value);
      }
    }
    return given;
  }

  private static List<String> keys() {
    List<String> keys = new ArrayList<>();
    for (RunOption option : RunOption.values()) {
      keys.add(option.key);
    }
    return keys;
  }

  private static void checkKeys(Map<String, String> values, List<String> known) {
    for (Map.Entry<String, String> entry : values.entrySet()) {
      String key = entry.getKey();
      if (key.equals("rescale")) {
        throw new ZooException(
            Kind.UNSUPPORTED,
            Option.of("rescale"),
            "images are not resampled in ImageJ",
            entry.getValue(),
            "images of the pixel size that the model was trained at",
            Text.of(
                "use Image > Scale... first, or deepbacs-zoo predict with ",
                Option.of("rescale", "auto")));
      }
      if (!known.contains(key)) {
        throw new ZooException(
            Kind.USAGE,
            "option '" + key + "'",
            "there is no such option",
            null,
            String.join(", ", known),
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

  private static Path path(Map<String, String> values, RunOption option) {
    String text = value(values, option, "");
    if (text.isEmpty()) {
      throw new ZooException(
          Kind.USAGE,
          option.option(),
          "it is missing",
          null,
          option.key + "=[a path]",
          "choose it in the dialog, or write it into run(\"" + RunPlugin.COMMAND + "\", ...)");
    }
    return path(option, text);
  }

  /**
   * A path that an option names.
   *
   * @throws ZooException USAGE: no path of this computer looks like that
   */
  static Path path(RunOption option, String text) {
    try {
      return Paths.get(text).toAbsolutePath().normalize();
    } catch (InvalidPathException error) {
      throw new ZooException(
          Kind.USAGE,
          option.option(),
          "this computer has no path like that",
          text,
          "a path",
          "correct the path",
          error);
    }
  }

  private static long memory(String text) {
    Matcher found = AMOUNT.matcher(text.toLowerCase(Locale.ROOT));
    boolean binary = found.matches() && !found.group(3).isEmpty();
    if (!found.matches()
        || Double.parseDouble(found.group(1)) <= 0
        || binary && found.group(2).isEmpty()) {
      throw new ZooException(
          Kind.USAGE,
          RunOption.MEMORY.option(),
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
          RunOption.BORDER.option(),
          "there is no such choice",
          border,
          String.join(" | ", BORDERS),
          Text.of("use ", Option.of("border", BORDERS.get(0))));
    }
    return border.equals("halo");
  }

  private static ReadOptions reading(String series, String channel) {
    Integer number = null;
    if (!series.isEmpty()) {
      try {
        number = Integer.valueOf(series);
      } catch (NumberFormatException error) {
        throw new ZooException(
            Kind.USAGE,
            RunOption.SERIES.option(),
            "images in a file are counted from 1",
            series,
            "1 or more",
            "leave it out to read the first");
      }
    }
    return new ReadOptions(number, channel.isEmpty() ? null : channel);
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
          RunOption.PIXEL_SIZE.option(),
          "it must be positive",
          Double.isNaN(size) ? text : PythonFormat.g(size),
          "a number above 0, in micrometers",
          "leave it out to take what the file says");
    }
    return size;
  }
}
