package deepbacs.zoo.prediction;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;

/** Checks before computing that Java's heap suffices; the error names the heap that works. */
public final class HeapCheck {

  private static final long MEBIBYTE = 1 << 20;
  /** Bytes for ImageJ itself, the classes and the garbage collector. */
  private static final long RESERVE = 16 * MEBIBYTE;
  /** Collectors leave some of the heap unused, most of all around large arrays. */
  private static final double SLACK = 1.1;

  /** Java counts up to a thirtieth less than what it was started with. */
  private static final double SETTING = 1.08;

  private HeapCheck() {}

  /**
   * Checks that so many bytes can be had beside what is in use.
   *
   * @param where the image
   * @throws ZooException HOST, with the heap that works
   */
  public static void check(String where, long bytes) {
    long required = required(bytes, used());
    if (required > maximum()) {
      System.gc(); // what is no longer used counts as free only after this
      required = required(bytes, used());
    }
    if (required > maximum()) {
      throw tooSmall(where, required, null);
    }
  }

  /** The error for a run that ended with Java's own: the estimate was too low. */
  public static ZooException exhausted(String where, Throwable cause) {
    return tooSmall(where, 2 * maximum(), cause);
  }

  private static long required(long bytes, long used) {
    return (long) (SLACK * (bytes + used)) + RESERVE;
  }

  private static long used() {
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static long maximum() {
    return Runtime.getRuntime().maxMemory();
  }

  private static ZooException tooSmall(String where, long required, Throwable cause) {
    long mebibytes = (long) (SETTING * required) / MEBIBYTE + 1;
    return new ZooException(
        Kind.HOST,
        where,
        "the heap is too small: Java has not enough memory for this image",
        maximum() / MEBIBYTE + " MiB",
        "at least " + mebibytes + " MiB",
        "in Fiji enter "
            + mebibytes
            + " in Edit > Options > Memory & Threads and restart, or start Java with -Xmx"
            + mebibytes
            + "m",
        cause);
  }
}
