package deepbacs.zoo.packages;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the files of a package and its description: in a folder, or in a zip. */
final class Sources {

  /** The files of a package. */
  final Source source;
  /** The name of the description among them. */
  final String description;

  private Sources(Source source, String description) {
    this.source = source;
    this.description = description;
  }

  /**
   * Opens a zip, a folder, or the folder of a description.
   *
   * @throws ZooException USAGE: nothing is there, or it is none of the three; PACKAGE: no
   *     description inside, or a member whose name leads outside; INTEGRITY: the zip is cut off or
   *     damaged; HOST: the computer does not let it be read
   */
  static Sources open(Path path) {
    try {
      if (Files.isDirectory(path)) {
        return ofFolder(path);
      }
      if (Files.isRegularFile(path)) {
        String name = path.getFileName().toString();
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".yaml") || lower.endsWith(".yml")) {
          Path folder = path.getParent() == null ? Paths.get("") : path.getParent();
          return inFolder(folder, path, name.replace('\\', '/'));
        }
        return ofZip(path);
      }
    } catch (IOException error) {
      throw unreadable(path.toString(), error);
    }
    throw new ZooException(
        Kind.USAGE,
        path,
        "there is no such package",
        null,
        "a zip, a folder or a description (rdf.yaml, bioimageio.yaml) that exists",
        "check the path");
  }

  static ZooException unreadable(String where, IOException error) {
    return new ZooException(
        Kind.HOST,
        where,
        "this computer does not let the file be read",
        error.getClass().getSimpleName() + ", " + error.getMessage(),
        "a file that you may read",
        "change its permissions or choose another file",
        error);
  }

  private static Sources ofFolder(Path path) throws IOException {
    return inFolder(path, path, Descriptions.find(nearTheTop(path), path.toString()));
  }

  private static Sources inFolder(Path root, Path given, String place) throws IOException {
    int slash = place.lastIndexOf('/') + 1;
    FolderSource source = new FolderSource(root, given.toString(), place.substring(0, slash));
    return new Sources(source, place.substring(slash));
  }

  /** The names in a folder, and one folder down where there is no description in it. */
  private static List<String> nearTheTop(Path path) throws IOException {
    List<Path> children = sorted(path);
    List<String> names = new ArrayList<>();
    for (Path child : children) {
      if (Files.isRegularFile(child)) {
        names.add(child.getFileName().toString());
      }
    }
    if (names.stream().noneMatch(Descriptions::isDescription)) {
      for (Path folder : children) {
        for (Path child : Files.isDirectory(folder) ? sorted(folder) : new ArrayList<Path>()) {
          if (Files.isRegularFile(child)) {
            names.add(folder.getFileName() + "/" + child.getFileName());
          }
        }
      }
    }
    names.replaceAll(name -> name.replace('\\', '/'));
    return names;
  }

  private static List<Path> sorted(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.sorted().collect(Collectors.toList());
    }
  }

  private static Sources ofZip(Path path) throws IOException {
    if (!Files.isReadable(path)) {
      // Java's own complaint looks like that about a missing file.
      throw new AccessDeniedException(path.toString());
    }
    ZipSource zip = ZipSource.open(path);
    try {
      String place = Descriptions.find(zip.namesAsPacked(), path.toString());
      int slash = place.lastIndexOf('/');
      return new Sources(zip.below(place.substring(0, slash + 1)), place.substring(slash + 1));
    } catch (ZooException error) {
      zip.close();
      throw error;
    }
  }
}
