package deepbacs.zoo.results;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.options.Text;
import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.tensors.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Results as files: named after the image, never overwritten unasked, all of them or none. */
public final class ResultFiles {

  private ResultFiles() {}

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
    String kind = zooPackage.zooConfig().result();
    return paths(stem, ids, folder, ResultKinds.TABLE.get(kind).files);
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
            Text.of(
                "choose another ",
                Option.of("output"),
                " or set ",
                Option.of("overwrite", true)));
      }
    }
  }

  /**
   * Writes a result: every tensor as float32, and the files of its kind.
   *
   * <p>Everything is written beside its place and moved there when all of it is there.
   *
   * @param folder where to; made if it does not exist
   * @param overwrite true to replace files that exist
   * @return the files written
   * @throws ZooException OUTPUT_EXISTS: one of the files exists, and {@code overwrite} is not set;
   *     nothing is written. HOST: the folder or the disk refuses; nothing new is left behind
   */
  public static List<Path> save(Result result, Path folder, boolean overwrite) {
    List<String> ids = new ArrayList<>();
    for (OutputTensor tensor : result.tensors) {
      ids.add(tensor.id);
    }
    List<Path> targets = paths(result.stem, ids, folder, result.content.kind().files);
    if (!overwrite) {
      refuseExisting(targets);
    }
    List<Staging.Writer> writers = new ArrayList<>();
    for (OutputTensor tensor : result.tensors) {
      writers.add(path -> Hyperstack.of(tensor).write(path));
    }
    writers.addAll(result.content.writers(result));
    new Staging(folder).write(targets, writers, overwrite);
    return targets;
  }

  private static List<Path> paths(
      String stem, List<String> ids, Path folder, List<String> decoded) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new ZooException(
          Kind.HOST,
          folder,
          "it is a file, and results need a folder",
          null,
          "a folder, which is made if it does not exist",
          Text.of("choose another ", Option.of("output")));
    }
    List<String> names = tensorNames(ids, decoded);
    names.addAll(decoded);
    List<Path> paths = new ArrayList<>();
    for (String name : names) {
      paths.add(resolved(folder, stem + "_" + name));
    }
    return paths;
  }

  /** A name for each output that no other has, not even where case makes no difference. */
  private static List<String> tensorNames(List<String> ids, List<String> decoded) {
    List<String> names = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (String id : ids) {
      String safe = safe(id);
      // An output that is itself called labels must not take the place of the label image.
      String lower = (safe + ".tif").toLowerCase(Locale.ROOT);
      String name = decoded.contains(lower) ? safe + "_tensor" : safe;
      String free = name + ".tif";
      for (int number = 2; !taken.add(free.toLowerCase(Locale.ROOT)); number++) {
        free = name + "_" + number + ".tif";
      }
      names.add(free);
    }
    return names;
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

  /** Replaces what a file name cannot hold on some computer; characters of all languages stay. */
  private static String safe(String id) {
    return id.replaceAll("[^\\p{L}\\p{N}_.+-]", "_");
  }
}
