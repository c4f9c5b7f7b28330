package deepbacs.zoo.packages;

import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.FileRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Names of files inside a package: safe, relative, written one way. */
final class Members {

  private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/{1,2}");
  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");
  private static final int SHOWN = 200;

  private Members() {}

  /** Whether this is an address instead of a file of the package. */
  static boolean isRemote(String name) {
    return URL.matcher(name).lookingAt();
  }

  /**
   * A name in the one form used here: relative, {@code /} between parts, no {@code .} parts.
   *
   * <p>A backslash between parts, as programs on Windows write it, counts as {@code /}.
   *
   * @throws ZooException PACKAGE: it is empty, absolute, leads out of the package, or contains NUL
   */
  static String name(String name, String where) {
    String plain = name.replace('\\', '/');
    List<String> parts = parts(plain);
    boolean absolute = plain.startsWith("/") || DRIVE.matcher(plain).lookingAt();
    if (parts.isEmpty() || absolute || parts.contains("..") || name.indexOf('\0') >= 0) {
      throw new ZooException(
          Kind.PACKAGE,
          where,
          "this file name does not stay inside the package",
          PythonText.repr(name.substring(0, Math.min(SHOWN, name.length()))),
          "a path relative to the description, without '..' and with '/' between parts",
          "do not use this package unless its author can explain the name");
    }
    return String.join("/", parts);
  }

  /** The parts of a name with {@code /} between them, without those that lead nowhere. */
  static List<String> parts(String name) {
    List<String> parts = new ArrayList<>();
    for (String part : name.split("/")) {
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return parts;
  }

  /** Reads a file: a text, or a mapping with {@code source} and perhaps {@code sha256}. */
  static FileRef file(Field field) {
    return file(field, null);
  }

  /** The same, with the field of the hash where it stands beside a text; it may be null. */
  static FileRef file(Field field, Field sha256) {
    Field source = field;
    Field hash = sha256;
    if (field.isMapping()) {
      hash = field.find("sha256");
      source = field.get("source");
    }
    String name = source.text();
    String path = isRemote(name) ? name : name(name, source.where());
    return new FileRef(path, hash == null ? null : digest(hash));
  }

  private static String digest(Field field) {
    String text = field.text();
    if (!SHA256.matcher(text).matches()) {
      throw field.wrong("a SHA-256 hash of 64 hexadecimal digits");
    }
    return text.toLowerCase(Locale.ROOT);
  }
}
