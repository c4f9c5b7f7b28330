package deepbacs.zoo.packages;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;

/** Names of members of a zip, as the program that packed it meant them. */
final class ZipNames {

  /** Names that are not said to be UTF-8 are of the old code page, which few runtimes lack. */
  static final Charset OLD =
      Charset.isSupported("IBM437") ? Charset.forName("IBM437") : StandardCharsets.ISO_8859_1;

  private static final int UNICODE_PATH = 0x7075;
  private static final int VERSION_AND_SUM = 5;

  private ZipNames() {}

  /**
   * The name that is meant.
   *
   * <p>Info-ZIP and 7-Zip state the name a second time in an extra field (APPNOTE 4.6.9), and macOS
   * writes UTF-8 without the mark.
   */
  static String stated(ZipEntry member) {
    String name = member.getName();
    boolean plain = StandardCharsets.US_ASCII.newEncoder().canEncode(name);
    if (plain || !OLD.newEncoder().canEncode(name)) {
      return name;
    }
    byte[] raw = name.getBytes(OLD);
    byte[] extra = unicodePath(member.getExtra(), raw);
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(extra == null ? raw : extra))
          .toString();
    } catch (CharacterCodingException error) {
      return name;
    }
  }

  /** The name in the extra field, or null if it is not there or not of the name beside it. */
  private static byte[] unicodePath(byte[] extra, byte[] raw) {
    if (extra == null) {
      return null;
    }
    CRC32 sum = new CRC32();
    sum.update(raw, 0, raw.length);
    ByteBuffer fields = ByteBuffer.wrap(extra).order(ByteOrder.LITTLE_ENDIAN);
    while (fields.remaining() >= Integer.BYTES) {
      int tag = fields.getShort() & 0xffff;
      int size = Math.min(fields.getShort() & 0xffff, fields.remaining());
      int start = fields.position();
      boolean stated = tag == UNICODE_PATH && size >= VERSION_AND_SUM && fields.get(start) == 1;
      if (stated && fields.getInt(start + 1) == (int) sum.getValue()) {
        return Arrays.copyOfRange(extra, start + VERSION_AND_SUM, start + size);
      }
      fields.position(start + size);
    }
    return null;
  }
}
