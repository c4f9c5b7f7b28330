package deepbacs.zoo.tiling;

import deepbacs.zoo.errors.PythonFormat;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.options.Text;
import deepbacs.zoo.tensors.Size;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/**
 * One axis before it is cut: padded size, and what every tile of it must obey.
 *
 * <p>Tiles are {@code padded - j * unit} pixels long and start at multiples of {@code unit}; hence
 * the last one ends where the padded image ends, and all of them see the pooling grid of the whole
 * image. A {@code unit} of 0 means that the axis cannot be cut.
 */
final class Frame {

  private static final int LARGEST_DENOMINATOR = 64;
  private static final double TOLERANCE = 1e-6;

  final int image;
  final int before;
  final int padded;
  final int unit;
  final int smallest;
  final int largest;
  /** One rule for each output, with halos rounded up to whole pixels of their output. */
  final List<AxisRule> rules;

  private Frame(
      int image,
      int before,
      int padded,
      int unit,
      int smallest,
      int largest,
      List<AxisRule> rules) {
    this.image = image;
    this.before = before;
    this.padded = padded;
    this.unit = unit;
    this.smallest = smallest;
    this.largest = largest;
    this.rules = rules;
  }

  /** The size of tiles along one axis, and how many of them there are. */
  static final class Cut {
    final int tile;
    final int count;

    Cut(int tile, int count) {
      this.tile = tile;
      this.count = count;
    }

    long pixels() {
      return (long) tile * count;
    }
  }

  /**
   * Pads one axis to its next valid size.
   *
   * @param size pixels of the image along this axis
   * @param rules one rule for each output; they share the size rule
   * @param haloBorder true if it is first padded by the halo at both ends
   * @throws ZooException UNSUPPORTED: the axis must be cut or cropped, and a scale is no simple
   *     fraction
   */
  static Frame of(int size, List<AxisRule> rules, boolean haloBorder) {
    int common = 1;
    int halo = 0;
    List<AxisRule> rounded = new ArrayList<>();
    for (AxisRule rule : rules) {
      int denominator = denominator(rule.scale);
      common = lcm(common, denominator);
      halo = Math.max(halo, rule.halo);
      int own = up(rule.halo, Math.max(denominator, 1));
      rounded.add(new AxisRule(rule.size, own, rule.scale, rule.offset));
    }
    int before = haloBorder ? up(halo, Math.max(common, 1)) : 0;
    if (before > 0 && common == 0) {
      throw noFraction(rules);
    }
    Frame frame = fitted(size, before, common, rules.get(0).size, rounded);
    if (frame.padded > frame.largest && frame.unit == 0) {
      throw noFraction(rules);
    }
    return frame;
  }

  private static Frame fitted(
      int size, int before, int common, Size required, List<AxisRule> rounded) {
    int extent = size + 2 * before;
    if (required.form == Size.Form.STEPPED && required.step > 0) {
      int padded = required.fit(extent);
      int unit = lcm(common, required.step);
      return new Frame(size, before, padded, unit, required.min, padded, rounded);
    }
    if (required.form == Size.Form.FREE) {
      int padded = Math.max(extent, required.min);
      int largest = required.max == Size.UNLIMITED || required.max == 0 ? padded : required.max;
      return new Frame(size, before, padded, common, required.min, largest, rounded);
    }
    int only = required.form == Size.Form.STEPPED ? required.min : required.value;
    int padded = only + up(Math.max(extent - only, 0), Math.max(common, 1));
    return new Frame(size, before, padded, common, only, only, rounded);
  }

  /**
   * Sizes of tiles, longest first; empty if nothing fits.
   *
   * <p>Only the shortest tile of each number of tiles is listed, and none that a shorter one beats
   * clearly in the pixels that all tiles together process.
   */
  List<Cut> candidates() {
    List<Cut> found = new ArrayList<>();
    if (unit == 0) {
      if (padded <= largest) {
        found.add(new Cut(padded, 1));
      }
      return found;
    }
    TreeMap<Integer, Cut> bySize = new TreeMap<>();
    Cut last = null;
    for (int j = 0; j <= Math.floorDiv(padded - smallest, unit); j++) {
      int tile = padded - j * unit;
      if (tile > largest) {
        continue;
      }
      int count = count(tile, j);
      if (count == 0) {
        break;
      }
      // The count never falls as tiles become shorter, so of each count the last one stays.
      if (last != null && last.count == count) {
        bySize.remove(last.tile);
      }
      last = new Cut(tile, count);
      bySize.put(tile, last);
    }
    return undominated(new ArrayList<>(bySize.values()));
  }

  /** The number of tiles that cover the axis; 0 when these tiles leave a gap wherever they are. */
  private int count(int tile, int units) {
    if (units == 0) {
      return 1;
    }
    int stride = Integer.MAX_VALUE;
    for (AxisRule rule : rules) {
      int advance = rule.at(unit);
      int covered = rule.out(tile) - 2 * rule.at(rule.halo);
      stride = Math.min(stride, Math.floorDiv(covered, advance));
    }
    return stride < 1 ? 0 : 1 + (int) (((long) units + stride - 1) / stride);
  }

  /** The starts of {@code count} tiles, spread evenly over the padded axis. */
  int[] starts(Cut cut) {
    int[] starts = new int[cut.count];
    int units = cut.count == 1 ? 0 : (padded - cut.tile) / unit;
    for (int i = 1; i < cut.count; i++) {
      starts[i] = (int) ((long) i * units / (cut.count - 1)) * unit;
    }
    return starts;
  }

  /** True if these are at most 2 % more pixels than the least (in whole numbers). */
  static boolean withinTolerance(long pixels, long least) {
    return 50 * pixels <= 51 * least;
  }

  /** Drops a tile if a shorter one processes 2 % fewer pixels; the result is longest first. */
  private static List<Cut> undominated(List<Cut> ascending) {
    List<Cut> kept = new ArrayList<>();
    long least = 0;
    for (Cut cut : ascending) {
      if (kept.isEmpty() || withinTolerance(cut.pixels(), least)) {
        kept.add(cut);
        least = least == 0 ? cut.pixels() : Math.min(least, cut.pixels());
      }
    }
    Collections.reverse(kept);
    return kept;
  }

  /**
   * The smallest denominator, up to 64, of a fraction within 1e-6 of a scale; 0 if there is none.
   *
   * <p>Tiles of the input and of the output then never start at whole pixels together, and an image
   * cannot be cut.
   */
  private static int denominator(double scale) {
    for (int denominator = 1; denominator <= LARGEST_DENOMINATOR; denominator++) {
      double numerator = Math.rint(scale * denominator);
      if (numerator > 0 && Math.abs(scale * denominator - numerator) < TOLERANCE) {
        return denominator;
      }
    }
    return 0;
  }

  private static int lcm(int a, int b) {
    if (a == 0 || b == 0) {
      return 0;
    }
    int x = a;
    int y = b;
    while (y != 0) {
      int rest = x % y;
      x = y;
      y = rest;
    }
    return Math.multiplyExact(a / x, b);
  }

  private static int up(int value, int multiple) {
    return (int) (((long) value + multiple - 1) / multiple * multiple);
  }

  private static ZooException noFraction(List<AxisRule> rules) {
    double scale = 0;
    for (int i = rules.size() - 1; i >= 0; i--) {
      if (denominator(rules.get(i).scale) == 0) {
        scale = rules.get(i).scale;
      }
    }
    return new ZooException(
        Kind.UNSUPPORTED,
        "tile plan",
        "an output has a scale that is no simple fraction, so the image cannot be cut or padded",
        PythonFormat.g(scale),
        "p/q with q at most " + LARGEST_DENOMINATOR,
        Text.of(
            "use an image that the network takes in one piece, and ",
            Option.of("border", "none")));
  }
}
