package deepbacs.zoo.results;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * A zip file of uncompressed entries, written as Python's {@code zipfile} writes it.
 *
 * <p>Java's own writer puts sizes behind the data and other version numbers into the headers, and
 * compressed bytes depend on the version of zlib. Field names are those of the specification,
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, section 4.3.
 */
final class StoredZip {

  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final short NEEDED = 20;
  private static final short NEEDED_64 = 45;
  /** The version that made it, and Unix, whichever the computer is. */
  private static final short MADE_BY = 3 << 8 | 20;
  /** 1 January 1980. */
  private static final short DATE = 1 << 5 | 1;
  /** A regular file that its owner may write and all may read. */
  private static final int MODE = 0644 << 16;
  private static final int MOST_ENTRIES = 65535;
  private static final int LARGEST = Integer.MAX_VALUE - 64;

  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
  private int count;

  /** Adds an entry with an ASCII name. */
  void add(String name, byte[] data) {
    byte[] label = name.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(data, 0, data.length);
    int offset = body.size();
    if ((long) offset + directory.size() + data.length + 200 + 2 * label.length > LARGEST) {
      throw new ZooException(
          Kind.HOST,
          "ROIs",
          "the outlines of all objects do not fit into one file",
          count + " outlines",
          "at most 2 GiB",
          "run the image in parts, of fewer frames or slices each");
    }
    ByteBuffer common = buffer(26);
    common.putShort(NEEDED).putShort((short) 0).putShort((short) 0);
    common.putShort((short) 0).putShort(DATE);
    common.putInt((int) crc.getValue()).putInt(data.length).putInt(data.length);
    common.putShort((short) label.length).putShort((short) 0);
    put(body, buffer(4).putInt(LOCAL));
    put(body, common);
    body.write(label, 0, label.length);
    body.write(data, 0, data.length);
    put(directory, buffer(6).putInt(CENTRAL).putShort(MADE_BY));
    put(directory, common);
    ByteBuffer rest = buffer(14);
    rest.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(MODE).putInt(offset);
    put(directory, rest);
    directory.write(label, 0, label.length);
    count++;
  }

  /** The whole file. */
  byte[] finish() {
    int offset = body.size();
    int size = directory.size();
    byte[] entries = directory.toByteArray();
    body.write(entries, 0, entries.length);
    if (count > MOST_ENTRIES) {
      ByteBuffer end = buffer(56 + 20);
      end.putInt(END_64).putLong(44).putShort(NEEDED_64).putShort(NEEDED_64).putInt(0).putInt(0);
      end.putLong(count).putLong(count).putLong(size).putLong(offset);
      end.putInt(LOCATOR_64).putInt(0).putLong((long) offset + size).putInt(1);
      put(body, end);
    }
    short shown = (short) Math.min(count, MOST_ENTRIES);
    ByteBuffer end = buffer(22);
    end.putInt(END).putShort((short) 0).putShort((short) 0).putShort(shown).putShort(shown);
    put(body, end.putInt(size).putInt(offset).putShort((short) 0));
    return body.toByteArray();
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void put(ByteArrayOutputStream stream, ByteBuffer buffer) {
    stream.write(buffer.array(), 0, buffer.capacity());
  }
}
