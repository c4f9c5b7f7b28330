package deepbacs.zoo.packages;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the files of a package and its description: in a folder, or in a zip. */
final class Sources {

  private static final List<String> DESCRIPTION_NAMES =
      Arrays.asList("rdf.yaml", "bioimageio.yaml", "model.yaml");

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
          return new Sources(new FolderSource(folder, path.toString()), name);
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
    List<String> top;
    try (Stream<Path> children = Files.list(path)) {
      top =
          children
              .filter(Files::isRegularFile)
              .map(child -> child.getFileName().toString())
              .collect(Collectors.toList());
    }
    return new Sources(new FolderSource(path, path.toString()), find(top, path.toString()));
  }

  private static Sources ofZip(Path path) throws IOException {
    if (!Files.isReadable(path)) {
      // Java's own complaint looks like that about a missing file.
      throw new AccessDeniedException(path.toString());
    }
    ZipSource zip = ZipSource.open(path);
    try {
      String place = inZip(zip.namesAsPacked(), path.toString());
      int slash = place.lastIndexOf('/');
      return new Sources(zip.below(place.substring(0, slash + 1)), place.substring(slash + 1));
    } catch (ZooException error) {
      zip.close();
      throw error;
    }
  }

  private static String find(List<String> names, String where) {
    for (String name : DESCRIPTION_NAMES) {
      if (names.contains(name)) {
        return name;
      }
    }
    List<String> dotted = new ArrayList<>();
    for (String name : names) {
      if (isDotted(name)) {
        dotted.add(name);
      }
    }
    if (dotted.size() == 1) {
      return dotted.get(0);
    }
    Collections.sort(dotted);
    throw new ZooException(
        Kind.PACKAGE,
        where,
        dotted.isEmpty()
            ? "there is no description in this package"
            : "there are two descriptions",
        dotted.isEmpty() ? null : String.join(", ", dotted),
        "one of " + String.join(", ", DESCRIPTION_NAMES),
        "give the path of a bioimage.io package, or of its description itself");
  }

  /** Whether this is {@code anything.rdf.yaml} or the like, which the specification reads too. */
  private static boolean isDotted(String name) {
    for (String ending : DESCRIPTION_NAMES) {
      if (name.endsWith("." + ending)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isDescription(String name) {
    return DESCRIPTION_NAMES.contains(name) || isDotted(name);
  }

  /** The description at the top, or else the one that lies one folder down. */
  private static String inZip(List<String> names, String where) {
    Map<String, List<String>> byFolder = new LinkedHashMap<>();
    byFolder.put("", new ArrayList<>());
    for (String name : names) {
      int slash = name.lastIndexOf('/');
      String folder = slash < 0 ? "" : name.substring(0, slash);
      // macOS adds a folder of its own notes to the zips it makes.
      if (folder.indexOf('/') < 0 && !folder.equals("__MACOSX")) {
        byFolder.computeIfAbsent(folder, key -> new ArrayList<>()).add(name.substring(slash + 1));
      }
    }
    List<String> found = new ArrayList<>();
    for (Map.Entry<String, List<String>> folder : byFolder.entrySet()) {
      if (folder.getValue().stream().anyMatch(Sources::isDescription)) {
        found.add(folder.getKey());
      }
    }
    if (found.contains("") || found.isEmpty()) {
      return find(byFolder.get(""), where);
    }
    if (found.size() > 1) {
      throw new ZooException(
          Kind.PACKAGE,
          where,
          "there are several packages in this zip",
          String.join(", ", found),
          "one package",
          "unpack the zip and give the folder of one package");
    }
    return found.get(0) + "/" + find(byFolder.get(found.get(0)), where);
  }
}
