package deepbacs.zoo.plugin;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.options.Text;
import deepbacs.zoo.results.Result;
import deepbacs.zoo.results.ResultFiles;
import ij.IJ;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The images of one run through one package, from paths to files. */
final class RunCommand {

  private final RunOptions options;
  private final long start = System.nanoTime();

  RunCommand(RunOptions options) {
    this.options = options;
  }

  /** The name of the image in an error that has no place of its own. */
  String where() {
    return options.input.isEmpty() ? "the active image" : options.input;
  }

  /**
   * Runs, writes, shows and reports.
   *
   * @throws ZooException as the packages below throw; USAGE: no image is open
   */
  void run() throws IOException {
    Models models = Models.of(options.model);
    GivenImages given = GivenImages.of(models.zooPackage, options.input);
    String stem = given.first().stem();
    List<Path> planned = ResultFiles.planned(models.zooPackage, stem, options.output);
    if (options.skipExisting && allExist(planned)) {
      report(stem, planned, null, false, models);
      return;
    }
    if (!options.overwrite) {
      ResultFiles.refuseExisting(planned);
    }
    checkFolder();
    IJ.showStatus("DeepBacs: " + stem);
    boolean loaded = !models.isLoaded();
    Result result = ModelRun.of(models, given, options.options);
    List<Path> files = ResultFiles.save(result, options.output, options.overwrite);
    report(stem, files, result, loaded, models);
    if (ResultWindows.isEnabled()) {
      ResultWindows.show(result.content, files, given.first());
    }
  }

  private static boolean allExist(List<Path> files) {
    for (Path file : files) {
      if (!Files.exists(file)) {
        return false;
      }
    }
    return true;
  }

  /** Looks at the folder before hours of computing; writing says the rest. */
  private void checkFolder() {
    Path there = options.output;
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    boolean folder = there != null && Files.isDirectory(there);
    if (!folder || !Files.isWritable(there)) {
      throw new ZooException(
          Kind.HOST,
          options.output,
          "the results cannot be written",
          folder ? "Permission denied" : "Not a directory",
          "a folder that can be written, on a disk with free space",
          Text.of("choose another ", Option.of("output")));
    }
  }

  /** {@code result} is null where nothing was computed. */
  private void report(
      String stem, List<Path> files, Result result, boolean loaded, Models models) {
    List<Object> findings = new ArrayList<>();
    models.zooPackage.findings.forEach(finding -> findings.add(finding.parts()));
    Map<String, Object> more = new LinkedHashMap<>();
    more.put("engine", result == null ? "" : result.engine);
    more.put("tiles", result == null ? 0 : result.tiles);
    int objects = result == null ? 0 : result.content.nObjects();
    Map<String, Integer> counts = result == null ? null : result.content.classCounts();
    more.put("objects", objects);
    more.put("boxes", counts == null ? null : objects);
    more.put("counts", counts);
    more.put("network_seconds", result == null ? 0.0 : result.networkSeconds);
    more.put("seconds", (System.nanoTime() - start) / 1e9);
    more.put("loaded", loaded);
    more.put("skipped", result == null);
    if (result != null) {
      result.findings.forEach(finding -> findings.add(finding.parts()));
    }
    more.put("findings", findings);
    Report.good(stem, files, more);
  }
}
