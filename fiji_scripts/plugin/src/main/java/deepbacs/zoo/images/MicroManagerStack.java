package deepbacs.zoo.images;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stacks of Micro-Manager: the index map says frame, slice, channel and position of each page.
 *
 * <p>It is the one of this file; other files of the set are images of their own.
 */
final class MicroManagerStack {

  /** The tag of the metadata of a page. */
  static final int TAG = 51123;

  private static final int INDEX = 54773648;
  private static final int INDEX_MAP = 3453623;
  private static final int SUMMARY = 2355492;
  private static final int ND_TIFF = 483729;
  private static final String[] SIZES = {"Frames", "Slices", "Channels"};

  private final TiffFile file;
  private final String summary;

  private MicroManagerStack(TiffFile file, String summary) {
    this.file = file;
    this.summary = summary;
  }

  /** True if a file is of the newer kind, NDTiff, whose planes are in an index beside it. */
  static boolean isNdTiff(TiffFile file) throws IOException {
    if (!file.has(TAG) || file.size < 16) {
      return false;
    }
    ByteBuffer head = file.bytes(8, 8);
    return head.getInt(0) == ND_TIFF && head.getInt(4) >= 2;
  }

  /**
   * The positions of a file, each an image, or null where it is no such stack.
   *
   * @param ome the images of its OME-XML, which know sizes of pixels; those of a file of a set are
   *     often incomplete
   */
  static TiffLayout layout(TiffFile file, Supplier<List<TiffSeries>> ome) throws IOException {
    if (!isStack(file)) {
      return null;
    }
    ByteBuffer head = file.bytes(8, 32);
    String summary = text(file, 40, head.getInt(28) & 0xffffffffL);
    List<int[]> map = indexMap(file, head.getInt(4) & 0xffffffffL);
    if (summary == null || map == null) {
      return null;
    }
    return new MicroManagerStack(file, summary).layout(map, ome.get());
  }

  /** True if a file has the marks of such a stack. */
  static boolean isStack(TiffFile file) throws IOException {
    if (!file.has(TAG) || file.size < 40) {
      return false;
    }
    ByteBuffer head = file.bytes(8, 32);
    return head.getInt(0) == INDEX && head.getInt(24) == SUMMARY;
  }

  private static String text(TiffFile file, long position, long length) throws IOException {
    if (length > file.size - position) {
      return null;
    }
    String text =
        new String(file.bytes(position, (int) length).array(), StandardCharsets.UTF_8).trim();
    return text.startsWith("{") && text.endsWith("}") ? text : null;
  }

  /** Rows of channel, slice, frame, position and the place of a page. */
  private static List<int[]> indexMap(TiffFile file, long position) throws IOException {
    if (position + 8 > file.size) {
      return null;
    }
    ByteBuffer head = file.bytes(position, 8);
    long count = head.getInt(4) & 0xffffffffL;
    if (head.getInt(0) != INDEX_MAP || position + 8 + 20 * count > file.size) {
      return null;
    }
    ByteBuffer content = file.bytes(position + 8, (int) (20 * count));
    List<int[]> map = new ArrayList<>();
    for (int row = 0; row < count; row++) {
      int[] entry = new int[5];
      for (int column = 0; column < entry.length; column++) {
        entry[column] = content.getInt();
      }
      map.add(entry);
    }
    return map;
  }

  private TiffLayout layout(List<int[]> map, List<TiffSeries> ome) {
    Map<Long, Integer> numbers = new HashMap<>();
    for (int number = 0; number < file.pages.size(); number++) {
      numbers.put(file.pages.get(number).place, number);
    }
    int[] sizes = new int[3];
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = number(SIZES[axis]);
    }
    TreeMap<Integer, TiffSeries> positions = new TreeMap<>();
    for (int[] row : map) {
      Integer page = numbers.get(row[4] & 0xffffffffL);
      if (page != null) {
        int[] plane = {row[2], row[1], row[0]};
        positions.computeIfAbsent(row[3], each -> new TiffSeries()).planes.put(plane, page);
        for (int axis = 0; axis < sizes.length; axis++) {
          sizes[axis] = Math.max(sizes[axis], plane[axis] + 1);
        }
      }
    }
    if (positions.isEmpty()) {
      return null;
    }
    int count = Math.max(number("Positions"), positions.lastKey() + 1);
    TiffLayout layout = new TiffLayout("Micro-Manager summary");
    layout.elsewhere = count - positions.size();
    positions.forEach(
        (position, series) -> {
          series.keepAlike(file.pages);
          series.sizes = sizes;
          series.name = count > 1 ? "position " + (position + 1) : "";
          for (TiffSeries image : ome) {
            series.ome = image.planes.containsValue(series.firstPage()) ? image.ome : series.ome;
          }
          layout.series.add(series);
        });
    return layout;
  }

  /** A number of the summary, at least 1. */
  private int number(String name) {
    Matcher found = Pattern.compile("\"" + name + "\"\\s*:\\s*(\\d{1,9})\\b").matcher(summary);
    return found.find() ? Math.max(Integer.parseInt(found.group(1)), 1) : 1;
  }
}
