package deepbacs.zoo.runner;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipFile;

/** The kind of a weights file by its first bytes: people give one kind for another. */
final class FileKinds {

  private static final int HEAD = 512;
  private static final Map<String, String> STARTS = new LinkedHashMap<>();
  private static final Map<String, String> TEXTS = new LinkedHashMap<>();
  /** By a pattern of a name in the zip; TorchScript has the data.pkl of torch.save too. */
  private static final Map<String, String> MEMBERS = new LinkedHashMap<>();

  static {
    STARTS.put("\u0089HDF\r\n\u001a\n", "an HDF5 file, as Keras writes it");
    STARTS.put("version https://git-lfs", "a pointer of Git LFS, not the file itself");
    STARTS.put("\u0080\u0002", "a file of torch.save");
    STARTS.put("\u0080\u0004", "a pickle");
    STARTS.put("\u0080\u0005", "a pickle");
    STARTS.put("\u0093NUMPY", "a NumPy array");
    TEXTS.put("<!doctype html", "a web page");
    TEXTS.put("<html", "a web page");
    TEXTS.put("<?xml", "an XML file, as OpenVINO writes it");
    TEXTS.put("{", "a JSON file");
    MEMBERS.put(".*/constants\\.pkl", "a TorchScript file");
    MEMBERS.put(
        ".*(archive_format|serialized_exported_program\\.json)", "a program of torch.export");
    MEMBERS.put(".*/data\\.pkl", "a file of torch.save");
    MEMBERS.put("model\\.weights\\.h5", "a Keras file");
    MEMBERS.put(".*saved_model\\.pb", "a SavedModel of TensorFlow");
    MEMBERS.put(".*\\.npy", "a file of NumPy arrays");
    MEMBERS.put(".*rdf\\.yaml", "a package");
  }

  private FileKinds() {}

  /** The kind in words, or null if it is none of the known ones. */
  static String of(Path path) {
    try {
      byte[] head = head(path);
      String latin = new String(head, StandardCharsets.ISO_8859_1);
      if (head.length == 0) {
        return "an empty file";
      }
      if (latin.startsWith("PK")) {
        return ofZip(path);
      }
      if (latin.startsWith("TFL3", 4)) {
        return "a TensorFlow Lite file";
      }
      if (latin.startsWith("{", Long.BYTES)) {
        long length = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length > 0 && length < Files.size(path)) {
          return "a safetensors file";
        }
      }
      String kind = byStart(STARTS, latin);
      String text = latin.replaceFirst("^\\s+", "").toLowerCase(Locale.ROOT);
      return kind == null ? byStart(TEXTS, text) : kind;
    } catch (IOException unreadable) {
      return null; // its reader has said so
    }
  }

  private static byte[] head(Path path) throws IOException {
    byte[] head = new byte[(int) Math.min(HEAD, Files.size(path))];
    try (InputStream stream = new BufferedInputStream(Files.newInputStream(path))) {
      for (int read = 0; read < head.length; ) {
        int more = stream.read(head, read, head.length - read);
        if (more < 0) {
          break;
        }
        read += more;
      }
    }
    return head;
  }

  private static String byStart(Map<String, String> kinds, String text) {
    for (Map.Entry<String, String> each : kinds.entrySet()) {
      if (text.startsWith(each.getKey())) {
        return each.getValue();
      }
    }
    return null;
  }

  private static String ofZip(Path path) {
    List<String> names = new ArrayList<>();
    try (ZipFile zip = new ZipFile(path.toFile())) {
      zip.stream().forEach(entry -> names.add(entry.getName()));
    } catch (IOException damaged) {
      return "a zip that is cut off or damaged";
    }
    for (Map.Entry<String, String> each : MEMBERS.entrySet()) {
      if (names.stream().anyMatch(name -> name.matches(each.getKey()))) {
        return each.getValue();
      }
    }
    return "a zip of other files";
  }
}
