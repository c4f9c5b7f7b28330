package deepbacs.zoo.options;

/** A number of bytes that is written in MiB, rounded up, where a person reads it. */
public final class Bytes {

  private static final long MEBIBYTE = 1 << 20;

  public final long count;

  public Bytes(long count) {
    this.count = count;
  }

  /** So many MiB. */
  public static Bytes ofMebibytes(long mebibytes) {
    return new Bytes(mebibytes * MEBIBYTE);
  }

  @Override
  public String toString() {
    return (count + MEBIBYTE - 1) / MEBIBYTE + "MiB";
  }
}
