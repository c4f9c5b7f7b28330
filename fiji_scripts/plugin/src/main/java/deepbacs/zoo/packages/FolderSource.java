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

/** The files of a folder; symbolic links that leave it are refused. */
final class FolderSource implements Source {

  private final Path root;
  private final String label;

  FolderSource(Path root, String label) throws IOException {
    this.root = root.toRealPath();
    this.label = label;
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
    Path path = root.resolve(name);
    if (!Files.isRegularFile(path)) {
      throw Source.missing(label, name);
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

  @Override
  public void close() {
    // Nothing is held open.
  }
}
