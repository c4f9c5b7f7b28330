package deepbacs.zoo.plugin;

import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.runner.OnnxSession;
import deepbacs.zoo.tensors.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps the last package and its network: a macro over many images loads them once. */
final class Models {

  private static final List<String> DESCRIPTIONS =
      Arrays.asList("rdf.yaml", "bioimageio.yaml", "model.yaml");

  private static Models kept;

  final ZooPackage zooPackage;
  private final Path path;
  /** Size and time of change of the files that the package consists of. */
  private final Map<Path, String> files;

  private OnnxSession session;

  private Models(Path path) {
    this.path = path;
    this.zooPackage = ZooPackage.open(path);
    this.files = files(path, zooPackage);
  }

  /** The package at a path: the one that is kept, while nothing about it has changed. */
  static Models of(Path path) {
    if (kept != null && !(kept.path.equals(path) && kept.isUnchanged())) {
      forget();
    }
    if (kept == null) {
      kept = new Models(path);
    }
    return kept;
  }

  /** Closes what is kept. */
  static void forget() {
    if (kept != null) {
      Models old = kept;
      kept = null;
      if (old.session != null) {
        old.session.close();
      }
      old.zooPackage.close();
    }
  }

  boolean isLoaded() {
    return session != null;
  }

  /** The network, loaded at the first call. */
  OnnxSession session() {
    if (session == null) {
      session = OnnxSession.load(zooPackage);
    }
    return session;
  }

  private boolean isUnchanged() {
    for (Map.Entry<Path, String> file : files.entrySet()) {
      if (!file.getValue().equals(state(file.getKey()))) {
        return false;
      }
    }
    return true;
  }

  private static Map<Path, String> files(Path path, ZooPackage zooPackage) {
    Map<Path, String> files = new HashMap<>();
    files.put(path, state(path));
    Path folder = Files.isDirectory(path) ? path : path.getParent();
    boolean zip = Files.isRegularFile(path) && !DESCRIPTIONS.contains(name(path));
    if (!zip && folder != null) {
      for (String description : DESCRIPTIONS) {
        files.put(folder.resolve(description), state(folder.resolve(description)));
      }
      for (Weights weights : zooPackage.weights.values()) {
        Path file = folder.resolve(weights.file.path);
        files.put(file, state(file));
      }
    }
    return files;
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static String state(Path file) {
    try {
      return Files.size(file) + " " + Files.getLastModifiedTime(file);
    } catch (IOException error) {
      return "";
    }
  }
}
