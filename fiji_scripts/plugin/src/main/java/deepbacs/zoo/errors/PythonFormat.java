package deepbacs.zoo.errors;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Numbers as Python's format specification {@code g} writes them. */
public final class PythonFormat {

  private static final int SMALLEST_PLAIN_EXPONENT = -4;

  private PythonFormat() {}

  /** What {@code f"{value:g}"} gives: six significant digits. */
  public static String g(double value) {
    return g(value, 6);
  }

  /**
   * What {@code f"{value:.4g}"} gives for 4 digits, and so on.
   *
   * <p>Rounds the exact value of the double, ties to even. Java's own {@code %g} keeps trailing
   * zeros, knows no short exponents, and rounds the shortest text of a number instead of itself.
   */
  public static String g(double value, int digits) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    BigDecimal rounded =
        new BigDecimal(value)
            .round(new MathContext(Math.max(digits, 1), RoundingMode.HALF_EVEN))
            .stripTrailingZeros();
    int exponent = rounded.precision() - rounded.scale() - 1;
    if (exponent >= SMALLEST_PLAIN_EXPONENT && exponent < digits) {
      return rounded.toPlainString();
    }
    String mantissa = rounded.scaleByPowerOfTen(-exponent).toPlainString();
    int size = Math.abs(exponent);
    return mantissa + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
  }
}
