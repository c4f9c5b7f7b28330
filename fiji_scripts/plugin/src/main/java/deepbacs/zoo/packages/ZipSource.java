package deepbacs.zoo.packages;

import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** The members of a zip, read one by one; it is never unpacked as a whole. */
final class ZipSource implements Source {

  // Against zip bombs. Weights are numbers that hardly shrink; masks and blank test tensors shrink
  // up to 1000 times (the limit of deflate) but are small.
  private static final int MAX_MEMBERS = 10_000;
  private static final long MAX_TOTAL = 64L << 30;
  private static final int MAX_RATIO = 200;
  private static final long RATIO_COUNTS_ABOVE = 256L << 20;

  private static final List<String> OTHER_ARCHIVES =
      Arrays.asList(".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar");
  private static final byte[] START = {'P', 'K', 3, 4};
  private final ZipFile archive;
  private final String label;
  private final Map<String, ZipEntry> members;

  private ZipSource(ZipFile archive, String label, Map<String, ZipEntry> members) {
    this.archive = archive;
    this.label = label;
    this.members = members;
  }

  /**
   * Opens a zip and looks at its directory.
   *
   * @throws ZooException USAGE: no zip; INTEGRITY: cut off or damaged; UNSUPPORTED: packed in a way
   *     that Java does not unpack; PACKAGE: members that would do harm
   */
  static ZipSource open(Path path) throws IOException {
    String label = path.toString();
    ZipFile archive;
    try {
      archive = new ZipFile(path.toFile(), ZipNames.OLD);
    } catch (ZipException | EOFException error) {
      throw unopened(path, error);
    } catch (IllegalArgumentException error) {
      throw damaged(label, error); // a name that its own encoding cannot stand for
    }
    boolean opened = false;
    try {
      ZipSource result = new ZipSource(archive, label, checkedMembers(archive, label));
      opened = true;
      return result;
    } catch (IllegalArgumentException error) {
      throw damaged(label, error);
    } finally {
      if (!opened) {
        archive.close();
      }
    }
  }

  /** The same zip with names below a folder, which ends with {@code /} or is empty. */
  ZipSource below(String prefix) {
    Map<String, ZipEntry> inside = new LinkedHashMap<>();
    for (Map.Entry<String, ZipEntry> member : members.entrySet()) {
      if (member.getKey().startsWith(prefix)) {
        inside.put(member.getKey().substring(prefix.length()), member.getValue());
      }
    }
    return new ZipSource(archive, label, inside);
  }

  @Override
  public String label() {
    return label;
  }

  /** The names in the order of the zip's directory. */
  List<String> namesAsPacked() {
    return new ArrayList<>(members.keySet());
  }

  @Override
  public List<String> names() {
    List<String> names = namesAsPacked();
    Collections.sort(names);
    return names;
  }

  @Override
  public InputStream open(String name) throws IOException {
    ZipEntry member = member(name);
    InputStream stream = archive.getInputStream(member);
    if (stream == null) {
      throw Source.missing(label, name, names());
    }
    return new Checked(stream, member);
  }

  @Override
  public long size(String name) {
    return member(name).getSize();
  }

  @Override
  public Path pathOf(String name) {
    member(name);
    return null;
  }

  private ZipEntry member(String name) {
    String same = Source.sameName(name, members.keySet());
    if (same == null) {
      throw Source.missing(label, name, names());
    }
    return members.get(same);
  }

  @Override
  public void close() {
    try {
      archive.close();
    } catch (IOException error) {
      // Only read from: nothing is lost.
      return;
    }
  }

  // --- what is refused ---------------------------------------------------------------------------

  private static ZooException unopened(Path path, IOException error) throws IOException {
    String said = String.valueOf(error.getMessage());
    if (said.contains("encrypted") || said.contains("compression method")) {
      String number = said.replaceAll("[^0-9]", "");
      return new ZooException(
          Kind.UNSUPPORTED,
          path,
          "this zip cannot be unpacked",
          said.contains("encrypted")
              ? "it holds encrypted files"
              : ("compression method " + number).trim(),
          "stored or deflated files without a password",
          "pack the files again as a plain zip",
          error);
    }
    byte[] start = new byte[START.length];
    try (InputStream file = Files.newInputStream(path)) {
      int read = file.read(start);
      String name = String.valueOf(path.getFileName());
      int dot = name.lastIndexOf('.');
      String suffix = dot > 0 ? name.substring(dot) : "";
      boolean zip = read == START.length && Arrays.equals(start, START);
      if (zip || suffix.equalsIgnoreCase(".zip")) {
        boolean endless = said.contains("END header not found") || said.contains("empty");
        return damaged(
            path.toString(),
            endless ? new ZipException("no end of the zip's directory") : error);
      }
      return new ZooException(
          Kind.USAGE,
          path,
          "this file is not a package",
          suffix.isEmpty() ? name : suffix,
          "a zip, a folder or a description (rdf.yaml, bioimageio.yaml)",
          OTHER_ARCHIVES.contains(suffix.toLowerCase(Locale.ROOT))
              ? "unpack it and give the folder"
              : "give the package, not one of its files");
    }
  }

  static ZooException damaged(String where, Throwable error) {
    return new ZooException(
        Kind.INTEGRITY,
        where,
        "the zip is cut off or damaged",
        error.getMessage(),
        "a complete zip file",
        "get the package again",
        error);
  }

  /** The files by their safe names; what would harm when unpacked is refused. */
  private static Map<String, ZipEntry> checkedMembers(ZipFile archive, String label) {
    Map<String, ZipEntry> result = new LinkedHashMap<>();
    long total = 0;
    int count = 0;
    for (ZipEntry entry : Collections.list(archive.entries())) {
      count++;
      String name = Members.name(ZipNames.stated(entry), label);
      if (entry.isDirectory() || entry.getName().endsWith("\\")) {
        continue;
      }
      ZipEntry other = result.putIfAbsent(name, entry);
      if (other != null && !isSame(other, entry)) {
        throw new ZooException(
            Kind.PACKAGE,
            label + ": " + name,
            "the zip holds two files of this name",
            null,
            "each name once",
            "do not use this package unless its author can explain it");
      }
      long size = entry.getSize();
      long packed = Math.max(entry.getCompressedSize(), 1);
      if (size > RATIO_COUNTS_ABOVE && size / MAX_RATIO > packed) {
        throw bomb(label + ": " + name, size + " bytes unpacked");
      }
      total += size;
      if (count > MAX_MEMBERS || total > MAX_TOTAL) {
        throw bomb(label, count + " files, " + total + " bytes unpacked");
      }
    }
    return result;
  }

  /** Whether two members hold the same bytes, as far as the directory tells. */
  private static boolean isSame(ZipEntry first, ZipEntry second) {
    return first.getCrc() == second.getCrc() && first.getSize() == second.getSize();
  }

  private static ZooException bomb(String where, String found) {
    return new ZooException(
        Kind.PACKAGE,
        where,
        "the zip would unpack to more than a package can need",
        found,
        MAX_MEMBERS
            + " files and "
            + (MAX_TOTAL >> 30)
            + " GiB, large ones not packed over "
            + MAX_RATIO
            + " times",
        "unpack it yourself if you trust it, and give the folder");
  }

  /** A member whose size and checksum are verified at its end, which Java leaves out. */
  private static final class Checked extends FilterInputStream {
    private final ZipEntry member;
    private final CRC32 sum = new CRC32();
    private long count;

    Checked(InputStream stream, ZipEntry member) {
      super(stream);
      this.member = member;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
      int read = super.read(target, from, length);
      if (read > 0) {
        sum.update(target, from, read);
        count += read;
        if (count > member.getSize()) {
          throw new ZipException("more bytes than the zip's directory states");
        }
      } else if (read < 0 && (count != member.getSize() || sum.getValue() != member.getCrc())) {
        throw new ZipException("Bad CRC-32 for file " + PythonText.repr(member.getName()));
      }
      return read;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
