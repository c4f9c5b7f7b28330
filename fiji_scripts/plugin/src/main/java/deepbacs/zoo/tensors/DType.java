package deepbacs.zoo.tensors;

import java.util.Locale;

/** The number types of the format, under NumPy's names. */
public enum DType {
  BOOL(1, 0, 1),
  INT8(1, Byte.MIN_VALUE, Byte.MAX_VALUE),
  UINT8(1, 0, 255),
  INT16(2, Short.MIN_VALUE, Short.MAX_VALUE),
  UINT16(2, 0, 65535),
  INT32(4, Integer.MIN_VALUE, Integer.MAX_VALUE),
  UINT32(4, 0, 4294967295.0),
  INT64(8, -9223372036854775808.0, 9223372036854775807.0),
  UINT64(8, 0, 18446744073709551615.0),
  FLOAT16(2, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY),
  FLOAT32(4, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY),
  FLOAT64(8, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  /** Bytes of one value in a file. */
  public final int bytes;

  public final double min;
  public final double max;

  DType(int bytes, double min, double max) {
    this.bytes = bytes;
    this.min = min;
    this.max = max;
  }

  /** NumPy's name, for example {@code float32}. */
  public String numpy() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean isFloat() {
    return this == FLOAT16 || this == FLOAT32 || this == FLOAT64;
  }

  /** Whether values need a double: float32 does not hold all of them. */
  public boolean isWide() {
    return this == FLOAT64 || bytes > 2 && !isFloat();
  }

  /** Returns the type of this NumPy name, or null if there is none. */
  public static DType of(String numpy) {
    for (DType type : values()) {
      if (type.numpy().equals(numpy)) {
        return type;
      }
    }
    return null;
  }
}
