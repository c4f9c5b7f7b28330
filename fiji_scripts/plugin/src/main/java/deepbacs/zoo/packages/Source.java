package deepbacs.zoo.packages;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

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

  /** The one of some names that reads the same, or null: accents have two spellings. */
  static String sameName(String name, Collection<String> names) {
    if (names.contains(name)) {
      return name;
    }
    String plain = Normalizer.normalize(name, Normalizer.Form.NFC);
    for (String each : names) {
      if (Normalizer.normalize(each, Normalizer.Form.NFC).equals(plain)) {
        return each;
      }
    }
    return null;
  }

  /** The error for a file that is not among the names of the package. */
  static ZooException missing(String label, String name, Collection<String> names) {
    String near = null;
    for (String each : names) {
      if (near == null && each.toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
        near = each;
      }
    }
    return new ZooException(
        Kind.INTEGRITY,
        label + ": " + name,
        "the description names a file that is missing",
        near == null ? null : "there is " + near,
        "a package with all its files",
        near == null
            ? "get the package again"
            : "write the name as the file has it, capitals count");
  }
}
