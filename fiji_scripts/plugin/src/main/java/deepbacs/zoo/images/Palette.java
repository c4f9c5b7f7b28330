package deepbacs.zoo.images;

import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.findings.Finding.Severity;
import deepbacs.zoo.findings.Rule;
import deepbacs.zoo.tensors.DType;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A picture whose numbers are places in a table of colors, alike in PNG and TIFF.
 *
 * <p>The table is part of the picture where it holds a photograph's colors, and no more than a way
 * to show it where it is a scale: look-up tables of ImageJ and of microscopes.
 */
final class Palette {

  private static final Rule FOR_DISPLAY = new Rule("palette-for-display", Severity.INFO);
  private static final Rule OF_IMAGEJ = new Rule("palette-of-imagej", Severity.WARNING);
  private static final Rule AS_GREY = new Rule("palette-taken-as-grey", Severity.INFO);
  private static final Rule AS_RGB = new Rule("palette-taken-as-rgb", Severity.INFO);
  private static final Rule INVERTED = new Rule("shown-inverted", Severity.WARNING);

  private static final int COLORS = 3;
  private static final int SCALE = 256;
  private static final int STEP = 24;
  /** Colors of a scale that may stand out: those of the lowest and the highest number. */
  private static final int STEPS = 2;
  /** Different colors of a scale; tables of fewer are pictures', filled up, unless all is black. */
  private static final int FEWEST = 16;

  /** 0 to 255: {@code [number][red, green, blue]}. */
  private final int[][] table;

  private final String where;
  private final boolean imagej;

  /**
   * A table of colors.
   *
   * @param where the image's name in findings
   * @param imagej true for a file of ImageJ or an image that is open there, whose tables are for
   *     display
   */
  Palette(int[][] table, String where, boolean imagej) {
    this.table = table;
    this.where = where;
    this.imagej = imagej;
  }

  /** What is to be said of the image. */
  List<Finding> findings() {
    boolean grey = isGrey();
    if (grey && isScale()) {
      boolean falls = table[table.length - 1][0] < table[0][0];
      return falls ? Collections.singletonList(inverted(where)) : Collections.emptyList();
    }
    if (imagej) {
      return isScale() ? Collections.emptyList() : Collections.singletonList(ofImagej());
    }
    if (isScale()) {
      String what = "its palette is a scale of colors for display, so that its numbers are taken";
      return Collections.singletonList(FOR_DISPLAY.finding(where, what));
    }
    String what =
        grey
            ? "its palette is grey, so that its greys are taken in place of its numbers"
            : "its palette has colors, so that it is taken as an RGB image";
    return Collections.singletonList((grey ? AS_GREY : AS_RGB).finding(where, what));
  }

  /** The finding about an image whose low numbers are shown bright. */
  static Finding inverted(String where) {
    return INVERTED.finding(
        where,
        "it is shown inverted, low numbers bright, and its numbers are taken as they are stored",
        "an image that is shown as its numbers are",
        "if its objects are bright where those of the training data are dark, or the other way "
            + "round, invert it (in ImageJ: Edit > Invert)");
  }

  private Finding ofImagej() {
    return OF_IMAGEJ.finding(
        where,
        "its numbers are taken, since the colors of ImageJ's look-up table are for display",
        "an image whose numbers are its brightness",
        "if it is a photograph, convert it in ImageJ with Image > Type > RGB Color");
  }

  /** The shape with the channels that the numbers stand for. */
  ImageShape shape(ImageShape numbers) {
    if (imagej || isScale()) {
      return numbers;
    }
    boolean rgb = !isGrey();
    return new ImageShape(
        numbers.frames,
        numbers.slices,
        rgb ? COLORS : 1,
        numbers.height,
        numbers.width,
        DType.UINT8,
        rgb);
  }

  /** The planes with the colors of the numbers; numbers beyond the table get the last. */
  ZooImage.Planes planes(ZooImage.Planes numbers, int size) {
    if (imagej || isScale()) {
      return numbers;
    }
    return (frame, slice, channel) -> {
      Plane plane = numbers.plane(frame, slice, 0);
      byte[] values = new byte[size];
      for (int index = 0; index < size; index++) {
        int place = Math.min((int) plane.get(index), table.length - 1);
        values[index] = (byte) table[place][channel];
      }
      return Plane.of(DType.UINT8, values);
    };
  }

  /** True if colors change little from number to number. */
  private boolean isScale() {
    int steps = 0;
    for (int number = 1; number < table.length; number++) {
      int step = 0;
      for (int color = 0; color < COLORS; color++) {
        step = Math.max(step, Math.abs(table[number][color] - table[number - 1][color]));
      }
      steps += step > STEP ? 1 : 0;
    }
    long different = Arrays.stream(table).map(Arrays::toString).distinct().count();
    boolean few = different > 1 && different < FEWEST;
    return table.length >= SCALE && !few && steps <= STEPS;
  }

  private boolean isGrey() {
    for (int[] color : table) {
      if (color[0] != color[1] || color[1] != color[2]) {
        return false;
      }
    }
    return true;
  }
}
