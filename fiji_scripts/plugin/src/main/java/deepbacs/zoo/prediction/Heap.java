package deepbacs.zoo.prediction;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;

/** Whether the memory that Java was given suffices; told before computing, with what works. */
public final class Heap {

  private static final long MEBIBYTE = 1 << 20;
  /** What ImageJ itself, the classes and the garbage collector need besides. */
  private static final long ROOM = 16 * MEBIBYTE;
  /** Collectors leave some of the heap unused, most of all around large arrays. */
  private static final double SLACK = 1.1;

  /** Java counts up to a thirtieth less than what it was started with. */
  private static final double SETTING = 1.08;

  private Heap() {}

  /**
   * Checks that so many bytes can be had beside what is in use.
   *
   * @param where the image
   * @throws ZooException HOST, with the heap that works
   */
  public static void check(String where, long bytes) {
    long wanted = wanted(bytes, used());
    if (wanted > maximum()) {
      System.gc(); // what is no longer used counts as free only after this
      wanted = wanted(bytes, used());
    }
    if (wanted > maximum()) {
      throw tooSmall(where, wanted, null);
    }
  }

  /** The error for a run that ended with Java's own: the estimate was too low. */
  public static ZooException exhausted(String where, Throwable cause) {
    return tooSmall(where, 2 * maximum(), cause);
  }

  private static long wanted(long bytes, long used) {
    return (long) (SLACK * (bytes + used)) + ROOM;
  }

  private static long used() {
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static long maximum() {
    return Runtime.getRuntime().maxMemory();
  }

  private static ZooException tooSmall(String where, long wanted, Throwable cause) {
    long mebibytes = (long) (SETTING * wanted) / MEBIBYTE + 1;
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
