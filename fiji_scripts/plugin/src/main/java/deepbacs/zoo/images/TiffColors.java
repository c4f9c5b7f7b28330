package deepbacs.zoo.images;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.findings.Finding;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The colors of a TIFF file: photometric interpretations and palettes. */
final class TiffColors {

  private static final int WHITE_IS_ZERO = 0;
  private static final int PALETTE = 3;
  private static final int COLORS = 3;
  private static final int BYTE = 256;
  /**
   * Photometric interpretations whose numbers are neither brightness nor red, green and blue. YCbCr
   * becomes RGB where JPEG is decoded, which is refused for its compression.
   */
  private static final Map<Integer, String> OTHERS = new HashMap<>();

  static {
    OTHERS.put(5, "CMYK");
    OTHERS.put(6, "YCbCr");
    OTHERS.put(8, "CIELab");
    OTHERS.put(9, "ICCLab");
    OTHERS.put(10, "ITULab");
    OTHERS.put(32803, "color filter array");
    OTHERS.put(32844, "LogL");
    OTHERS.put(32845, "LogLuv");
    OTHERS.put(34892, "linear raw");
  }

  private final boolean inverted;
  private final String where;
  /** Null where the numbers are those of the image. */
  private final Palette palette;

  TiffColors(TiffPage page, int channels, boolean imagej, ImageName name) {
    where = name.text;
    inverted = page.photometric == WHITE_IS_ZERO && page.samples == 1;
    boolean indexed =
        page.photometric == PALETTE
            && page.colorMap.length >= COLORS
            && page.isUnsigned()
            && page.samples == 1
            && channels == 1;
    palette = indexed ? new Palette(table(page.colorMap), where, imagej) : null;
  }

  /**
   * Refuses numbers that are neither brightness nor red, green and blue.
   *
   * @throws ZooException DATA
   */
  static void check(TiffPage page, ImageName name) {
    String kind = OTHERS.get(page.photometric);
    boolean jpeg = page.compression == 6 || page.compression == 7;
    if (kind != null && !(kind.equals("YCbCr") && jpeg)) {
      throw new ZooException(
          Kind.DATA,
          name.text,
          "its numbers are colors of another kind than red, green and blue",
          kind + ", TIFF photometric interpretation " + page.photometric,
          "grey, RGB, or a palette",
          "convert it to RGB or grey, or save the microscope's own file as TIFF");
    }
  }

  List<Finding> findings() {
    if (palette != null) {
      return palette.findings();
    }
    return inverted
        ? Collections.singletonList(Palette.inverted(where))
        : Collections.emptyList();
  }

  ImageShape shape(ImageShape numbers) {
    return palette == null ? numbers : palette.shape(numbers);
  }

  ZooImage.Planes planes(ZooImage.Planes numbers, int size) {
    return palette == null ? numbers : palette.planes(numbers, size);
  }

  /** Some programs write 8 bits into the tag of 16. */
  private static int[][] table(long[] map) {
    long largest = 0;
    for (long value : map) {
      largest = Math.max(largest, value);
    }
    int[][] table = new int[map.length / COLORS][COLORS];
    for (int number = 0; number < table.length; number++) {
      for (int color = 0; color < COLORS; color++) {
        long value = map[color * table.length + number];
        table[number][color] = (int) (largest < BYTE ? value : value / BYTE);
      }
    }
    return table;
  }
}
