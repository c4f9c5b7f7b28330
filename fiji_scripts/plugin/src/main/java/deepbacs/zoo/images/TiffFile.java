package deepbacs.zoo.images;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An open TIFF file and its pages, from the first to the last.
 *
 * <p>Each page says where the next one is, and where its longer descriptions are. ImageJ's own
 * reader ends quietly where that leads nowhere, so a stack that was cut off in the middle would
 * become a shorter one; here it is refused.
 */
final class TiffFile implements Closeable {

  private static final int DESCRIPTION = 270;
  private static final int ASCII = 2;
  private static final int CLASSIC = 42;
  private static final int BIG = 43;
  /** Bytes of one value by the type of a tag (TIFF 6.0, section 2; 16 to 18 of BigTIFF). */
  private static final int[] VALUE_SIZES = {
    0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8
  };

  private static final int[] NEEDED = {
    254, 256, 257, 258, 259, 262, 273, 277, 278, 279, 282, 283, 284, 296, 317, 320, 322, 323, 324,
    325, 330, 338, 339, 32997, 50838, 50839
  };
  /** Tags whose text tells kinds of files apart. */
  private static final int[] TEXTS = {305, 65000, 65001};

  private static final int LONGEST_TEXT = 4096;

  final long size;
  final ByteOrder order;
  final List<TiffPage> pages = new ArrayList<>();
  /** True for BigTIFF. */
  final boolean big;

  private final FileChannel file;
  /** Tags of the first page, and the texts of some. */
  private final Map<Integer, String> marks = new HashMap<>();

  /**
   * Opens a file and reads what its pages say.
   *
   * @throws Damaged a page, or a description of one, lies beyond the end of the file, or the file
   *     does not begin as a TIFF file does
   */
  TiffFile(Path path) throws IOException {
    file = FileChannel.open(path, StandardOpenOption.READ);
    try {
      size = file.size();
      ByteBuffer begin = bytes(0, 4, ByteOrder.BIG_ENDIAN);
      char mark = (char) begin.get(0);
      order = mark == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
      int version = begin.order(order).getShort(2);
      boolean marked = (mark == 'I' || mark == 'M') && begin.get(1) == mark;
      if (!marked || version != CLASSIC && version != BIG) {
        throw new Damaged("it does not begin as a TIFF file does");
      }
      big = version == BIG;
      followPages();
    } catch (IOException | RuntimeException error) {
      file.close();
      throw error;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Bytes of the file in its byte order. */
  ByteBuffer bytes(long position, int count) throws IOException {
    return bytes(position, count, order);
  }

  private ByteBuffer bytes(long position, int count, ByteOrder inOrder) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      int read = file.read(buffer, position + buffer.position());
      if (read < 0) {
        long end = Math.min(position + buffer.position(), file.size());
        throw new Damaged("it ends after " + end + " bytes");
      }
    }
    buffer.flip();
    return buffer.order(inOrder);
  }

  /** True if the first page has a tag. */
  boolean has(int tag) {
    return marks.containsKey(tag);
  }

  /** The begin of the text of a tag of the first page; empty without one. */
  String text(int tag) {
    return marks.getOrDefault(tag, "");
  }

  /** The page that is described at a place outside of the chain of pages. */
  TiffPage pageAt(long offset) throws IOException {
    if (offset <= 0 || offset + (big ? 8 : 2) > size) {
      throw new Damaged("an image below a page would begin at byte " + offset + " of " + size);
    }
    int number = pages.size() + 1;
    int tags = countTags(offset, number);
    return page(bytes(offset + (big ? 8 : 2), tags * (big ? 20 : 12)), tags, number, offset);
  }

  private void followPages() throws IOException {
    int countSize = big ? 8 : 2;
    long place = big ? 8 : 4;
    Set<Long> seen = new HashSet<>();
    for (int number = 1; ; number++) {
      long offset = offset(place);
      if (offset == 0 || !seen.add(offset)) {
        return; // some writers close the chain to a ring
      }
      if (offset < 0 || offset + countSize > size) {
        throw new Damaged("page " + number + " would begin at byte " + offset + " of " + size);
      }
      int tags = countTags(offset, number);
      long begin = offset + countSize;
      int length = tags * (big ? 20 : 12);
      pages.add(page(bytes(begin, length), tags, number, offset));
      place = begin + length;
    }
  }

  private int countTags(long offset, int number) throws IOException {
    ByteBuffer head = bytes(offset, big ? 8 : 2);
    long tags = big ? head.getLong(0) : head.getShort(0) & 0xffff;
    long end = offset + (big ? 8 : 2) + tags * (big ? 20 : 12) + (big ? 8 : 4);
    if (tags < 0 || tags > 0xffff || end > size) {
      throw new Damaged("page " + number + " is described at byte " + offset + " of " + size);
    }
    return (int) tags;
  }

  private long offset(long place) throws IOException {
    ByteBuffer found = bytes(place, big ? 8 : 4);
    return big ? found.getLong(0) : found.getInt(0) & 0xffffffffL;
  }

  private TiffPage page(ByteBuffer entries, int count, int number, long offset)
      throws IOException {
    Map<Integer, long[]> tags = new HashMap<>();
    List<String> texts = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      Entry entry = new Entry(entries, index * (big ? 20 : 12));
      entry.check(number);
      if (pages.isEmpty()) {
        marks.put(entry.tag, isOneOf(TEXTS, entry.tag) ? entry.begin() : "");
      }
      if (entry.isDescription() && entry.length <= Integer.MAX_VALUE) {
        texts.add(text(entry.content(), (int) entry.length));
      } else if (isOneOf(NEEDED, entry.tag) && entry.length <= Integer.MAX_VALUE) {
        tags.put(entry.tag, numbers(entry.content(), entry.type, (int) entry.count));
      }
    }
    if (!pages.isEmpty()) { // other descriptions than those of shapes are of the first page
      texts.removeIf(text -> !TiffStacks.isShape(text));
    }
    return new TiffPage(tags, texts, offset);
  }

  /** A tag of a page: its values stand in the entry itself where they fit, else elsewhere. */
  private final class Entry {
    final int tag;
    final int type;
    final long count;
    /** Bytes of all values. */
    final long length;

    private final ByteBuffer entries;
    private final int field;
    private final long position;
    private final boolean inline;

    Entry(ByteBuffer entries, int at) {
      this.entries = entries;
      tag = entries.getShort(at) & 0xffff;
      type = entries.getShort(at + 2) & 0xffff;
      count = number(at + 4);
      length = count * (type < VALUE_SIZES.length ? VALUE_SIZES[type] : 0);
      field = at + (big ? 12 : 8);
      position = number(field);
      inline = length <= (big ? 8 : 4);
    }

    private long number(int at) {
      return big ? entries.getLong(at) : entries.getInt(at) & 0xffffffffL;
    }

    boolean isDescription() {
      return tag == DESCRIPTION && type == ASCII;
    }

    /** Refuses values beyond the end of the file. */
    void check(int page) throws Damaged {
      if (!inline && (count < 0 || position < 0 || position + length > size)) {
        long end = position + length;
        throw new Damaged(
            "the description of page " + page + " would end at byte " + end + " of " + size);
      }
    }

    /** The first bytes as a text. */
    String begin() throws IOException {
      byte[] raw = new byte[(int) Math.min(length, LONGEST_TEXT)];
      content().get(raw);
      return new String(raw, StandardCharsets.ISO_8859_1);
    }

    ByteBuffer content() throws IOException {
      ByteBuffer content = inline ? entries.duplicate() : bytes(position, (int) length);
      content.order(order);
      if (inline) {
        content.position(field);
      }
      return content;
    }
  }

  private static boolean isOneOf(int[] tags, int tag) {
    return Arrays.stream(tags).anyMatch(each -> each == tag);
  }

  /** ImageJ writes Latin-1, OME is UTF-8: what is not valid UTF-8 is Latin-1. */
  private static String text(ByteBuffer content, int length) {
    byte[] raw = new byte[length];
    content.get(raw);
    int end = 0;
    while (end < length && raw[end] != 0) {
      end++;
    }
    String utf8 = new String(raw, 0, end, StandardCharsets.UTF_8);
    return utf8.indexOf('\ufffd') < 0 ? utf8 : new String(raw, 0, end, StandardCharsets.ISO_8859_1);
  }

  /** The values of a tag; complex only by its table of all types. */
  private static long[] numbers(ByteBuffer content, int type, int count) {
    boolean rational = type == 5 || type == 10;
    long[] found = new long[rational ? 2 * count : count];
    for (int index = 0; index < found.length; index++) {
      switch (type) {
        case 1:
        case 2:
        case 7:
          found[index] = content.get() & 0xff;
          break;
        case 6:
          found[index] = content.get();
          break;
        case 3:
          found[index] = content.getShort() & 0xffff;
          break;
        case 8:
          found[index] = content.getShort();
          break;
        case 4:
        case 5:
        case 13:
          found[index] = content.getInt() & 0xffffffffL;
          break;
        case 9:
        case 10:
          found[index] = content.getInt();
          break;
        case 16:
        case 17:
        case 18:
          found[index] = content.getLong();
          break;
        default:
          return new long[0];
      }
    }
    return found;
  }
}
