package deepbacs.zoo.packages;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/** The files of a package, by their names relative to the description. */
interface Source extends AutoCloseable {

  /** The package as named to the user. */
  String label();

  /** All file names, sorted. */
  List<String> names();

  /** Opens a file for reading; INTEGRITY when it is missing. */
  InputStream open(String name) throws IOException;

  /** Bytes of the file; INTEGRITY when it is missing. */
  long size(String name) throws IOException;

  /** Where the file lies on disk, or null inside a zip; INTEGRITY when it is missing. */
  Path pathOf(String name) throws IOException;

  @Override
  void close();

  static ZooException missing(String label, String name) {
    return new ZooException(
        Kind.INTEGRITY,
        label + ": " + name,
        "the description names a file that is missing",
        null,
        "a package with all its files",
        "get the package again");
  }
}
