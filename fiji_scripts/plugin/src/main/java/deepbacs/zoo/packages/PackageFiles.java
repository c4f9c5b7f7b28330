package deepbacs.zoo.packages;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.FileRef;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipException;

/** Files of a package, verified when they are read, unpacked only on demand. */
final class PackageFiles {

  private static final int CHUNK = 1 << 20;
  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 16;

  private final Source source;
  private final Map<String, String> hashes;
  /** What a verified file looked like, by name and hash. */
  private final Map<String, String> verified = new HashMap<>();

  /** Files in the package by address and hash. */
  private final Map<String, FileRef> located = new HashMap<>();

  private Path folder;
  private Thread atExit;
  private boolean closed;

  /**
   * @param source where they lie
   * @param hashes SHA-256 by name, for the files whose hash the description states anywhere; a file
   *     that is asked for by its name alone is verified against it
   */
  PackageFiles(Source source, Map<String, String> hashes) {
    this.source = source;
    this.hashes = hashes;
  }

  synchronized List<String> names() {
    checkOpen();
    return source.names();
  }

  /**
   * The content of a file.
   *
   * @throws ZooException INTEGRITY: missing, damaged, or not the one that was described;
   *     UNSUPPORTED: an address on the network, or over 2 GiB; PACKAGE: the name leads out of the
   *     package
   */
  synchronized byte[] read(FileRef file) {
    FileRef located = locate(file);
    String where = where(located.path);
    try {
      long size = source.size(located.path);
      if (size > LONGEST_ARRAY) {
        throw new ZooException(
            Kind.UNSUPPORTED,
            where,
            "this file is too large to be held in one piece here",
            size + " bytes",
            "at most " + LONGEST_ARRAY + " bytes",
            "run the package with deepbacs-zoo predict instead");
      }
      // A damaged zip may promise any size: what is allocated follows what is read.
      int first = (int) Math.max(0, Math.min(size, CHUNK));
      ByteArrayOutputStream target = new ByteArrayOutputStream(first);
      String found;
      try (InputStream stream = source.open(located.path)) {
        found = copy(stream, target);
      }
      verify(where, found, located.sha256);
      return target.toByteArray();
    } catch (IOException error) {
      throw unreadable(where, error);
    }
  }

  /**
   * The path of a file on disk, verified like {@link #read}.
   *
   * <p>A member of a zip is unpacked once, into a private temporary folder that is deleted when the
   * package is closed; members keep their places relative to each other.
   */
  synchronized Path filePath(FileRef file) {
    FileRef located = locate(file);
    String where = where(located.path);
    try {
      Path path = source.pathOf(located.path);
      if (path != null) {
        verifyOnDisk(path, located);
        return path;
      }
    } catch (IOException error) {
      throw unreadable(where, error);
    }
    return unpacked(located);
  }

  /**
   * The path of a file on disk, with others at the places where it looks for them.
   *
   * @param beside other files by their paths relative to the folder of the file
   */
  synchronized Path together(FileRef file, Map<String, FileRef> beside) {
    Path path = filePath(file);
    Map<String, Path> others = new LinkedHashMap<>();
    boolean moved = false;
    for (Map.Entry<String, FileRef> other : beside.entrySet()) {
      Path place = filePath(other.getValue());
      others.put(other.getKey(), place);
      moved |= !place.equals(path.resolveSibling(other.getKey()));
    }
    if (!moved) {
      return path;
    }
    others.put(path.getFileName().toString(), path);
    try {
      Path target = Files.createTempDirectory(privateFolder(), "together");
      for (Map.Entry<String, Path> other : others.entrySet()) {
        Path place = target.resolve(other.getKey());
        Files.createDirectories(place.getParent());
        Files.copy(other.getValue(), place);
      }
      return target.resolve(path.getFileName());
    } catch (IOException error) {
      throw noSpace(file.path, error);
    }
  }

  synchronized void close() {
    closed = true;
    source.close();
    if (folder != null) {
      delete(folder);
      folder = null;
      try {
        Runtime.getRuntime().removeShutdownHook(atExit);
      } catch (IllegalStateException error) {
        // The process is ending: the hook runs already, and finds nothing.
        return;
      }
    }
  }

  /** A file of the package as named to the user. */
  String where(String name) {
    return source.label() + ": " + name;
  }

  private void checkOpen() {
    if (closed) {
      throw new ZooException(
          Kind.USAGE,
          source.label(),
          "the package is closed",
          null,
          "reading before it is closed",
          "open the package again");
    }
  }

  /**
   * A file by its name in the package, with the hash that it must have.
   *
   * <p>An address stands for the file in the package that has its hash; where no hash is stated,
   * for the file that has its name.
   *
   * @throws ZooException INTEGRITY: the file in the package that has the name of the address has
   *     another hash; UNSUPPORTED: no file in the package is the one at the address; PACKAGE: the
   *     name leads out of the package
   */
  synchronized FileRef locate(FileRef file) {
    checkOpen();
    if (Members.isRemote(file.path)) {
      return located.computeIfAbsent(file.path + " " + file.sha256, key -> atAddress(file));
    }
    String name = Members.name(file.path, source.label());
    return new FileRef(name, file.sha256 == null ? hashes.get(name) : file.sha256);
  }

  private FileRef atAddress(FileRef file) {
    List<String> names = source.names();
    List<String> named = Addresses.namedBy(file.path, names);
    if (file.sha256 == null && !named.isEmpty()) {
      return new FileRef(named.get(0), hashes.get(named.get(0)));
    }
    if (file.sha256 != null) {
      Set<String> all = new LinkedHashSet<>(named);
      all.addAll(names);
      Map<String, String> digests = new HashMap<>();
      for (String name : all) {
        digests.put(name, digest(name));
        if (digests.get(name).equals(file.sha256)) {
          return new FileRef(name, file.sha256);
        }
      }
      if (!named.isEmpty()) {
        verify(where(named.get(0)), digests.get(named.get(0)), file.sha256);
      }
    }
    throw new ZooException(
        Kind.UNSUPPORTED,
        source.label(),
        "the description names a file that is not in the package",
        file.path,
        "files inside the package; nothing is fetched from the network",
        "get the package as a zip with all its files");
  }

  private String digest(String name) {
    try (InputStream stream = source.open(name)) {
      return copy(stream, null);
    } catch (IOException error) {
      throw unreadable(where(name), error);
    }
  }

  // --- unpacking ---------------------------------------------------------------------------------

  private Path unpacked(FileRef file) {
    try {
      Path path = privateFolder().resolve(file.path);
      if (Files.isRegularFile(path)) {
        verifyOnDisk(path, file);
      } else {
        Files.createDirectories(path.getParent());
        unpack(file, path);
      }
      return path;
    } catch (IOException error) {
      throw noSpace(file.path, error);
    }
  }

  private ZooException noSpace(String name, IOException error) {
    return new ZooException(
        Kind.HOST,
        where(name),
        "the file cannot be unpacked",
        error.getClass().getSimpleName() + ", " + error.getMessage(),
        "a temporary folder with space for it",
        "free some space, or start Java with -Djava.io.tmpdir=<another folder>",
        error);
  }

  private void unpack(FileRef file, Path path) throws IOException {
    // Under another name until it is verified: a half written file is never handed out.
    Path part = path.resolveSibling(path.getFileName() + ".part");
    try {
      String found;
      try (InputStream stream = source.open(file.path);
          OutputStream target = Files.newOutputStream(part)) {
        found = copy(stream, target);
      } catch (ZipException | EOFException error) {
        throw ZipSource.damaged(where(file.path), error);
      }
      verify(where(file.path), found, file.sha256);
      Files.move(part, path, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
    if (file.sha256 != null) {
      verified.put(file.path + " " + file.sha256, state(path));
    }
  }

  private Path privateFolder() throws IOException {
    if (folder == null) {
      Path made = Files.createTempDirectory("deepbacs_zoo-");
      atExit = new Thread(() -> delete(made), "deepbacs_zoo clean-up");
      Runtime.getRuntime().addShutdownHook(atExit);
      folder = made;
    }
    return folder;
  }

  private static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
        Files.deleteIfExists(path);
      }
    } catch (IOException error) {
      // Somebody else holds a file open; the folder is a temporary one, and no result is lost.
      return;
    }
  }

  // --- verifying ---------------------------------------------------------------------------------

  private void verifyOnDisk(Path path, FileRef file) throws IOException {
    String key = file.path + " " + file.sha256;
    String state = state(path);
    if (file.sha256 == null || state.equals(verified.get(key))) {
      return;
    }
    try (InputStream stream = Files.newInputStream(path)) {
      verify(where(file.path), copy(stream, null), file.sha256);
    }
    verified.put(key, state);
  }

  /** What changes when a file is written to: size and time of change. */
  private static String state(Path path) throws IOException {
    return Files.size(path) + " " + Files.getLastModifiedTime(path).to(TimeUnit.NANOSECONDS);
  }

  private static void verify(String where, String found, String expected) {
    if (expected != null && !found.equals(expected)) {
      throw new ZooException(
          Kind.INTEGRITY,
          where,
          "the file is not the one that was described: its SHA-256 differs",
          found,
          expected,
          "get the package again; do not use this file");
    }
  }

  /** Reads a stream to its end, perhaps into a target, and returns its SHA-256. */
  private static String copy(InputStream stream, OutputStream target) throws IOException {
    MessageDigest digest = sha256();
    byte[] chunk = new byte[CHUNK];
    for (int read = stream.read(chunk); read >= 0; read = stream.read(chunk)) {
      digest.update(chunk, 0, read);
      if (target != null) {
        target.write(chunk, 0, read);
      }
    }
    StringBuilder text = new StringBuilder();
    for (byte value : digest.digest()) {
      text.append(String.format("%02x", value));
    }
    return text.toString();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException error) {
      throw new IllegalStateException(error); // every Java has it
    }
  }

  static ZooException unreadable(String where, IOException error) {
    if (error instanceof ZipException || error instanceof EOFException) {
      return ZipSource.damaged(where, error);
    }
    return Sources.unreadable(where, error);
  }
}
