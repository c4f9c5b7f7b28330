package deepbacs.zoo;

import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The packages of {@code tests/data/packages}, and zips that tests write. */
public final class Packages {

  private Packages() {}

  /** What Python says of each package: the entries of {@code packages.json}. */
  public static List<JsonObject> entries() throws IOException {
    return Golden.entries("packages/packages.json");
  }

  /** Where {@link #unpack} has put the package of an entry. */
  public static Path path(Path folder, JsonObject entry) {
    return folder
        .resolve(entry.get("name").getAsString())
        .resolve(entry.get("file").getAsString());
  }

  /** Writes all packages below a folder. */
  public static void unpack(Path folder) throws IOException {
    Path packed = Golden.path("packages/packages.zip.gz");
    try (InputStream zip = new GZIPInputStream(Files.newInputStream(packed))) {
      Golden.unpack(zip, folder);
    }
  }

  /** Writes a zip of members in order. */
  public static Path zip(Path target, Map<String, byte[]> members) throws IOException {
    try (OutputStream file = Files.newOutputStream(target);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      for (Map.Entry<String, byte[]> member : members.entrySet()) {
        zip.putNextEntry(new ZipEntry(member.getKey()));
        zip.write(member.getValue());
        zip.closeEntry();
      }
    }
    return target;
  }

  public static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public static byte[] readAll(InputStream stream) throws IOException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    for (int count = stream.read(buffer); count > 0; count = stream.read(buffer)) {
      data.write(buffer, 0, count);
    }
    return data.toByteArray();
  }
}
