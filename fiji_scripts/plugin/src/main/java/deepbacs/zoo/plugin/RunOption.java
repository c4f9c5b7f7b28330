package deepbacs.zoo.plugin;

import deepbacs.zoo.options.Option;

/** The options of a run: keys of a macro, labels of the dialog, and their names in Python. */
enum RunOption {
  MODEL("model_path", "package", "Model path"),
  INPUT("input_path", "image", "Input path"),
  OUTPUT("output_folder", "output", "Output folder"),
  MEMORY("memory", "memory", "Memory of one pass"),
  PIXEL_SIZE("pixel_size", "pixel_size", "Pixel size"),
  SERIES("series", "series", "Image in a file of several"),
  CHANNEL("channel", "channel", "Channel"),
  BORDER("border", "border", "Border"),
  OVERWRITE("overwrite", "overwrite", "Overwrite results that exist"),
  SKIP_EXISTING("skip_existing", "resume", "skip_existing"),
  KEEP_GOING("keep_going", "keep_going", "keep_going");

  /** The key in a macro. */
  final String key;

  private final String python;
  /** The label in the dialog, without a note. */
  final String label;

  RunOption(String key, String python, String label) {
    this.key = key;
    this.python = python;
    this.label = label;
  }

  /** The option as data, for an error. */
  Option option() {
    return Option.of(python);
  }

  /** An option as a macro writes it, for example {@code memory=512MiB}. */
  static String inMacro(Option option) {
    RunOption own = of(option);
    String key = own == null ? option.name : own.key;
    return option.value == null || Boolean.TRUE.equals(option.value)
        ? key
        : key + "=" + option.value;
  }

  /** An option as the dialog shows it, for example {@code "Memory of one pass": 512MiB}. */
  static String inDialog(Option option) {
    RunOption own = of(option);
    if (own == null) {
      return inMacro(option);
    }
    String label = "\"" + own.label + "\"";
    return option.value == null || Boolean.TRUE.equals(option.value)
        ? label
        : label + ": " + option.value;
  }

  private static RunOption of(Option option) {
    for (RunOption each : values()) {
      if (each.python.equals(option.name)) {
        return each;
      }
    }
    return null;
  }
}
