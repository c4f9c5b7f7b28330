package deepbacs.zoo.plugin;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.prediction.HeapCheck;
import deepbacs.zoo.prediction.PredictOptions;
import deepbacs.zoo.results.Result;
import deepbacs.zoo.tensors.TensorSpec;
import ij.IJ;
import ij.ImagePlus;
import ij.macro.Interpreter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Packages of the BioImage Model Zoo from scripts, programs and macros.
 *
 * <p>From Groovy, Java or any language with the classes of ImageJ, on images that are open or not:
 *
 * <pre>{@code
 * import deepbacs.zoo.plugin.DeepBacs
 * results = DeepBacs.run("/path/to/package.zip", image)
 * results.labels().show()
 * image.setOverlay(results.overlay())
 * results.table().show("cells")
 * }</pre>
 *
 * <p>From a macro, where all arguments and values are texts:
 *
 * <pre>{@code
 * files = call("deepbacs.zoo.plugin.DeepBacs.run",
 *     "model_path=[/path/to/package.zip] output_folder=[/path/to/results]");
 * cells = call("deepbacs.zoo.plugin.DeepBacs.count");
 * List.setList(call("deepbacs.zoo.plugin.DeepBacs.describe", "/path/to/package.zip"));
 * }</pre>
 *
 * <p>All methods may be called from any thread; one run waits for the other. The last package stays
 * loaded. Errors are {@link ZooException}, whose message is one sentence that says what to do.
 */
public final class DeepBacs {

  /** Held during each run: there is one network. */
  static final Object LOCK = new Object();

  private static final String LINE = "\n";

  private DeepBacs() {}

  // --- for scripts and programs --------------------------------------------------------------------

  /**
   * Runs a package on an image of any size, with the usual options.
   *
   * @param model path of a package: a zip, a folder, or its description
   * @param image an image of any type, shown or not; it is not changed
   * @throws ZooException the package or the image is not one that can be run, or memory does not
   *     suffice
   */
  public static Results run(String model, ImagePlus image) {
    return run(model, image, "");
  }

  /**
   * Runs a package on an image of any size.
   *
   * @param options as in a macro, for example {@code memory=2GiB pixel_size=0.08 border=halo}
   * @throws ZooException as above, or an option is not known or has no such value
   */
  public static Results run(String model, ImagePlus image, String options) {
    synchronized (LOCK) {
      Models models = models(model);
      String first = models.zooPackage.inputs.get(0).id;
      return run(models, Collections.singletonMap(first, GivenImage.of(image)), options);
    }
  }

  /**
   * Runs a package with several inputs.
   *
   * @param images by input; inputs that are optional may be left out
   * @param options as above
   * @throws ZooException as above, or the images are not those that the package takes
   */
  public static Results run(String model, Map<String, ImagePlus> images, String options) {
    synchronized (LOCK) {
      Models models = models(model);
      Map<String, GivenImage> given = new LinkedHashMap<>();
      images.forEach((id, image) -> given.put(String.valueOf(id), GivenImage.of(image)));
      return run(models, given, options);
    }
  }

  private static Models models(String model) {
    return Models.of(RunOptions.path(RunOption.MODEL, model));
  }

  private static Results run(Models models, Map<String, GivenImage> images, String options) {
    PredictOptions settings = RunOptions.ofPrediction(options == null ? "" : options);
    GivenImages given = new GivenImages(models.zooPackage, images);
    ImagePlus image = given.first().shown();
    try {
      Result result = ModelRun.of(models, given, settings);
      String kind = models.zooPackage.zooConfig().result();
      return new Results(result, kind, image.getStackSize() > 1);
    } catch (OutOfMemoryError error) {
      Models.forget();
      throw HeapCheck.exhausted(image.getTitle(), error);
    } finally {
      IJ.showProgress(1.0);
    }
  }

  /** Closes the package that is kept, so that its memory is free and its file may be replaced. */
  public static void close() {
    synchronized (LOCK) {
      Models.forget();
    }
  }

  // --- for call(...) from macros -------------------------------------------------------------------

  /**
   * Runs the command {@code DeepBacs Run}; an error is shown and ends the macro.
   *
   * @param options the line of the command
   * @return the files that were written, a line each; empty after an error with {@code keep_going}
   */
  public static String run(String options) {
    RunPlugin.execute(options, DeepBacs::endMacro);
    return files();
  }

  /** The files that the last run of the command has written, a line each. */
  public static String files() {
    return String.join(LINE, Report.files());
  }

  /** The number of objects that the last run of the command has found. */
  public static String count() {
    return Report.field("objects", "0");
  }

  /** The version of the plugin. */
  public static String version() {
    String version = DeepBacs.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /**
   * Description of a package, as {@code key=value} lines for {@code List.setList}.
   *
   * <p>{@code name}, {@code kind} of result, {@code task}, {@code method}, {@code inputs} and {@code
   * outputs} (ids with a comma between); of each of them {@code ID.axes}, {@code ID.dtype}, {@code
   * ID.channels} (names with a comma between) and of inputs {@code ID.optional}. What a package does
   * not state is empty.
   *
   * @param model path of a package
   * @throws ZooException it is no package, or damaged; in a macro the error is shown and ends it
   */
  public static String describe(String model) {
    try {
      return description(model);
    } catch (ZooException error) {
      if (!isInMacro()) {
        throw error;
      }
      RunPlugin.show(error.sentence(RunOption::inMacro), DeepBacs::endMacro);
      return "";
    }
  }

  /** True where {@code call} of ImageJ's macro language is on the way here. */
  private static boolean isInMacro() {
    for (StackTraceElement each : Thread.currentThread().getStackTrace()) {
      if (each.getClassName().equals("ij.macro.Functions")) {
        return true;
      }
    }
    return false;
  }

  /** Ends the macro that has called; {@code call} writes exceptions into the log and goes on. */
  private static void endMacro() {
    Interpreter macro = Interpreter.getInstance();
    if (macro != null && isInMacro()) {
      macro.setIgnoreErrors(true); // the error has been shown
      macro.abort(Report.error());
    }
  }

  private static String description(String model) {
    synchronized (LOCK) {
      ZooPackage zooPackage = models(model).zooPackage;
      Map<String, String> entries = new LinkedHashMap<>();
      entries.put("name", zooPackage.name);
      entries.put("kind", zooPackage.zooConfig().result());
      entries.put("task", zooPackage.zooConfig().task);
      entries.put("method", zooPackage.zooConfig().method);
      entries.put("inputs", described(zooPackage.inputs, entries));
      zooPackage.inputs.forEach(
          spec -> entries.put(spec.id + ".optional", String.valueOf(spec.optional)));
      entries.put("outputs", described(zooPackage.outputs, entries));
      List<String> lines = new ArrayList<>();
      entries.forEach((key, value) -> lines.add(property(key) + "=" + property(value)));
      return String.join(LINE, lines);
    }
  }

  private static String described(List<TensorSpec> specs, Map<String, String> entries) {
    List<String> ids = new ArrayList<>();
    for (TensorSpec spec : specs) {
      ids.add(spec.id);
      entries.put(spec.id + ".axes", spec.axisNames());
      entries.put(spec.id + ".dtype", spec.dtype.numpy());
      List<String> channels =
          spec.axis('c') == null ? Collections.<String>emptyList() : spec.axis('c').channelNames;
      entries.put(spec.id + ".channels", String.join(",", channels));
    }
    return String.join(",", ids);
  }

  /** A text on one line, in the format of {@link java.util.Properties} that macros read. */
  private static String property(String text) {
    if (text == null) {
      return "";
    }
    StringBuilder escaped = new StringBuilder();
    for (char character : text.toCharArray()) {
      if ("\\=:#! ".indexOf(character) >= 0) {
        escaped.append('\\').append(character);
      } else if (character < ' ' || character > '~') {
        escaped.append(String.format("\\u%04x", (int) character));
      } else {
        escaped.append(character);
      }
    }
    return escaped.toString();
  }
}
