package deepbacs.zoo.packages;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files of a folder below a prefix; symbolic links that leave the folder are refused.
 *
 * <p>Where a zip with backslashes in its names was unpacked elsewhere than on Windows, one file
 * lies there by the name {@code model\rdf.yaml}; it is read as {@code model/rdf.yaml}.
 */
final class FolderSource implements Source {

  private final Path root;
  private final String label;
  private final String prefix;

  FolderSource(Path root, String label, String prefix) throws IOException {
    this.root = root.toRealPath();
    this.label = label;
    this.prefix = prefix;
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public List<String> names() {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile)
          .map(path -> root.relativize(path).toString().replace('\\', '/'))
          .filter(name -> name.startsWith(prefix))
          .map(name -> name.substring(prefix.length()))
          .sorted()
          .collect(Collectors.toList());
    } catch (IOException error) {
      throw Sources.unreadable(label, error);
    }
  }

  @Override
  public InputStream open(String name) throws IOException {
    return Files.newInputStream(pathOf(name));
  }

  @Override
  public long size(String name) throws IOException {
    return Files.size(pathOf(name));
  }

  @Override
  public Path pathOf(String name) throws IOException {
    Path path = literal(name);
    if (!Files.isRegularFile(path)) {
      List<String> names = names();
      String same = Source.sameName(name, names);
      if (same == null) {
        throw Source.missing(label, name, names);
      }
      path = literal(same);
    }
    Path real = path.toRealPath();
    if (!real.startsWith(root)) {
      throw new ZooException(
          Kind.PACKAGE,
          label + ": " + name,
          "this file is a link that leads out of the package",
          real,
          "files that lie in the folder of the package",
          "put the file itself into the folder");
    }
    return path;
  }

  private Path literal(String name) {
    Path odd = root.resolve((prefix + name).replace('/', '\\'));
    return Files.isRegularFile(odd) ? odd : root.resolve(prefix + name);
  }

  @Override
  public void close() {
    // Nothing is held open.
  }
}
