package deepbacs.zoo.tensors;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Number of pixels that an axis may have; the four forms of {@code deepbacs_zoo.tensors}.
 *
 * <p>Which fields count depends on {@link #form}.
 */
public final class Size {

  /** The form of a size rule. */
  public enum Form {
    /** Exactly {@link Size#value}. */
    FIXED,
    /** {@link Size#min} + n * {@link Size#step}. */
    STEPPED,
    /** floor(size of {@link Size#tensor}'s axis * {@link Size#scale} + {@link Size#offset}). */
    REFERENCED,
    /** From {@link Size#min} to {@link Size#max}. */
    FREE
  }

  /** {@link #max} of a free size without an upper limit. */
  public static final int UNLIMITED = Integer.MAX_VALUE;

  public final Form form;
  public final int value;
  public final int min;
  public final int step;
  public final int max;
  public final String tensor;
  /** Name of the referenced axis. */
  public final char axis;

  public final double scale;
  public final double offset;

  private Size(
      Form form,
      int value,
      int min,
      int step,
      int max,
      String tensor,
      char axis,
      double scale,
      double offset) {
    this.form = form;
    this.value = value;
    this.min = min;
    this.step = step;
    this.max = max;
    this.tensor = tensor;
    this.axis = axis;
    this.scale = scale;
    this.offset = offset;
  }

  public static Size fixed(int value) {
    return new Size(Form.FIXED, value, value, 0, value, null, ' ', 1, 0);
  }

  public static Size stepped(int min, int step) {
    return new Size(Form.STEPPED, 0, min, step, UNLIMITED, null, ' ', 1, 0);
  }

  public static Size free(int min, int max) {
    return new Size(Form.FREE, 0, min, 1, max, null, ' ', 1, 0);
  }

  public static Size referenced(String tensor, char axis, double scale, double offset) {
    return new Size(Form.REFERENCED, 0, 1, 1, UNLIMITED, tensor, axis, scale, offset);
  }

  /** The smallest valid size of a stepped rule that is at least this. */
  public int fit(int size) {
    if (size <= min) {
      return min;
    }
    return min + (int) (((long) size - min + step - 1) / step) * step;
  }

  /** The size that follows from a size of the referenced axis. */
  public int of(int size) {
    return floor(size * scale + offset);
  }

  /** Rounds down, after rounding to nine digits: a ratio such as 0.3/0.1 must not lose a pixel. */
  public static int floor(double value) {
    double below = Math.floor(value);
    // Only what is close to the next whole number can be rounded up to it.
    if (below + 1 - value < 1e-8) {
      below = Math.floor(new BigDecimal(value).setScale(9, RoundingMode.HALF_EVEN).doubleValue());
    }
    return (int) below;
  }
}
