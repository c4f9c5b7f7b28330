package deepbacs.zoo.outputs;

import deepbacs.zoo.decoding.Decoding;
import deepbacs.zoo.decoding.RoiSet;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.prediction.OutputTensor;
import deepbacs.zoo.prediction.Result;
import deepbacs.zoo.tensors.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Results as files: named after the image, never overwritten unasked, all of them or none. */
public final class Outputs {

  private static final List<String> DECODED =
      Arrays.asList("labels.tif", "rois.zip", "table.csv", "overlay.png");

  private Outputs() {}

  /**
   * The files that {@link #save} will write, to look at before hours of computing.
   *
   * @param stem the image's name without its suffix
   * @param folder where the results will go
   * @throws ZooException HOST: the folder is a file
   */
  public static List<Path> planned(ZooPackage zooPackage, String stem, Path folder) {
    List<String> ids = new ArrayList<>();
    for (TensorSpec spec : zooPackage.outputs) {
      ids.add(spec.id);
    }
    return paths(stem, ids, folder, Decoding.read(zooPackage.zooConfig) != null);
  }

  /**
   * Refuses files that exist.
   *
   * @throws ZooException OUTPUT_EXISTS
   */
  public static void refuseExisting(List<Path> targets) {
    for (Path target : targets) {
      if (Files.exists(target)) {
        throw new ZooException(
            Kind.OUTPUT_EXISTS,
            target,
            "this output exists already",
            null,
            "a path that does not exist yet",
            "choose another --output or pass --overwrite");
      }
    }
  }

  /**
   * Writes a result: every tensor, and labels, ROIs, table and overlay where there are labels.
   *
   * <p>Tensors are float32. Labels are uint16, or float32 where more than 65,535 objects would not
   * fit: ImageJ reads no 32-bit integers, and float32 holds every whole number up to 16,777,216.
   * Everything is written aside, and moved into place when all of it is there.
   *
   * @param folder where to; made if it does not exist
   * @param overwrite whether files that exist are replaced
   * @return the files written
   * @throws ZooException OUTPUT_EXISTS: one of the files exists, and {@code overwrite} is not set;
   *     nothing is written. HOST: the folder or the disk refuses; nothing new is left behind
   */
  public static List<Path> save(Result result, Path folder, boolean overwrite) {
    List<String> ids = new ArrayList<>();
    for (OutputTensor tensor : result.tensors) {
      ids.add(tensor.id);
    }
    boolean isDecoded = result.labels != null;
    List<Path> targets = paths(result.stem, ids, folder, isDecoded);
    if (!overwrite) {
      refuseExisting(targets);
    }
    List<Staging.Writer> writers = new ArrayList<>();
    for (OutputTensor tensor : result.tensors) {
      writers.add(path -> Hyperstack.of(tensor).write(path));
    }
    if (isDecoded) {
      writers.add(path -> Hyperstack.of(result.labels, result.calibration).write(path));
      writers.add(path -> Files.write(path, RoiSet.bytes(result.labels)));
      writers.add(
          path -> Files.write(path, Table.of(result.objects).getBytes(StandardCharsets.UTF_8)));
      writers.add(path -> Overlay.write(path, result.picture, result.labels));
    }
    new Staging(folder).write(targets, writers, overwrite);
    return targets;
  }

  private static List<Path> paths(String stem, List<String> ids, Path folder, boolean isDecoded) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new ZooException(
          Kind.HOST,
          folder,
          "it is a file, and results need a folder",
          null,
          "a folder, which is made if it does not exist",
          "choose another --output");
    }
    List<String> names = new ArrayList<>();
    for (String id : ids) {
      String name = safe(id) + ".tif";
      // An output that is itself called labels must not take the place of the label image.
      names.add(isDecoded && name.equals("labels.tif") ? "labels_tensor.tif" : name);
    }
    if (isDecoded) {
      names.addAll(DECODED);
    }
    List<Path> paths = new ArrayList<>();
    for (String name : names) {
      paths.add(resolved(folder, stem + "_" + name));
    }
    return paths;
  }

  private static Path resolved(Path folder, String name) {
    try {
      return folder.resolve(name);
    } catch (InvalidPathException error) {
      throw new ZooException(
          Kind.HOST,
          folder,
          "this computer cannot name a file like that",
          name,
          "a name of characters that its files may have",
          "rename the image",
          error);
    }
  }

  /** Replaces what a file name cannot hold on some computer; letters of all languages stay. */
  private static String safe(String id) {
    return id.replaceAll("[^\\p{L}\\p{N}_.+-]", "_");
  }
}
