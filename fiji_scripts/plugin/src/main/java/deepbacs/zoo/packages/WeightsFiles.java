package deepbacs.zoo.packages;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.FileRef;
import java.io.IOException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Files that the files of a weights entry name: external data of a graph. */
final class WeightsFiles {

  private WeightsFiles() {}

  /**
   * The files that an ONNX graph keeps its weights in, by location as the graph has it.
   *
   * @param stated files that the description states as external data, attachments or other
   *     documents; one of them is taken by its name where it lies elsewhere than the graph says
   * @throws ZooException INTEGRITY: such a file is missing, or the graph is not the one described;
   *     PACKAGE: a location leads out of the package
   */
  static Map<String, FileRef> besideGraph(
      PackageFiles files, FileRef graph, List<FileRef> stated) {
    String place = files.locate(graph).path;
    Map<String, FileRef> result = new LinkedHashMap<>();
    try {
      List<String> locations = OnnxData.locations(files.filePath(graph));
      // Large exports have a file for each tensor: the names are listed once.
      Set<String> names = new HashSet<>();
      for (String name : locations.isEmpty() ? new ArrayList<String>() : files.names()) {
        names.add(Normalizer.normalize(name, Normalizer.Form.NFC));
      }
      for (String location : locations) {
        result.put(location, external(files, names, place, location, stated));
      }
    } catch (IOException error) {
      throw PackageFiles.unreadable(files.where(place), error);
    }
    return result;
  }

  private static FileRef external(
      PackageFiles files,
      Set<String> names,
      String graph,
      String location,
      List<FileRef> stated) {
    String relative = Members.name(location, files.where(graph));
    String name = graph.substring(0, graph.lastIndexOf('/') + 1) + relative;
    if (names.contains(Normalizer.normalize(name, Normalizer.Form.NFC))) {
      return files.locate(new FileRef(name, null));
    }
    String last = last(relative);
    for (FileRef file : stated) {
      boolean named = !Addresses.namedBy(file.path, Collections.singletonList(last)).isEmpty();
      if (named || last(file.path).equals(last)) {
        return files.locate(file);
      }
    }
    throw new ZooException(
        Kind.INTEGRITY,
        files.where(graph),
        "the graph keeps its weights in a file that is missing",
        location,
        "a package with all its files",
        "put the file beside the graph and state it as external_data of the weights");
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Documentation, icon, covers and attachments; an entry of a wrong type is left out. */
  static List<FileRef> documents(Map<String, Object> description) {
    List<FileRef> result = new ArrayList<>();
    add(result, description.get("documentation"));
    add(result, description.get("icon"));
    for (String key : new String[] {"covers", "attachments"}) {
      Object entries = description.get(key);
      // Format 0.4 has attachments as {files: [...]}.
      entries = entries instanceof Map ? ((Map<?, ?>) entries).get("files") : entries;
      for (Object entry : entries instanceof List ? (List<?>) entries : new ArrayList<>()) {
        add(result, entry);
      }
    }
    return result;
  }

  private static void add(List<FileRef> result, Object entry) {
    Map<?, ?> fields = entry instanceof Map ? (Map<?, ?>) entry : null;
    Object source = fields == null ? entry : fields.get("source");
    Object sum = fields == null ? null : fields.get("sha256");
    if (source instanceof String) {
      String path = (String) source;
      String digest = sum == null ? null : sum.toString().toLowerCase(Locale.ROOT);
      result.add(new FileRef(Members.isRemote(path) ? path : plain(path), digest));
    }
  }

  /** The name in its one form; its reader checks it. */
  private static String plain(String path) {
    return String.join("/", Members.parts(path.replace('\\', '/')));
  }
}
