package deepbacs.zoo.worker;

import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;

/**
 * Text that is printed while a macro runs: the beginning and the end of it, however long it is.
 *
 * <p>Both ends have a limit of {@link #END} bytes, so that a macro that prints without end fills no
 * memory.
 */
final class Capture extends OutputStream {

  /** Bytes that are kept of the beginning, and of the end. */
  static final int END = 2 << 20;

  private byte[] head = new byte[1 << 12];
  private int headSize;
  private byte[] tail;
  private long tailSize;

  /** A stream that prints into this. */
  PrintStream stream() {
    try {
      return new PrintStream(this, true, "UTF-8");
    } catch (UnsupportedEncodingException error) {
      throw new IllegalStateException(error); // every Java has it
    }
  }

  @Override
  public synchronized void write(int value) {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) {
    int first = Math.min(length, END - headSize);
    if (headSize + first > head.length) {
      int capacity = Math.min(END, Math.max(2 * head.length, headSize + first));
      head = java.util.Arrays.copyOf(head, capacity);
    }
    System.arraycopy(bytes, offset, head, headSize, first);
    headSize += first;
    if (first < length && tail == null) {
      tail = new byte[END];
    }
    int skipped = Math.max(0, length - first - END); // would be written over at once
    tailSize += skipped;
    for (int index = first + skipped; index < length; ) {
      int at = (int) (tailSize % END);
      int count = Math.min(length - index, END - at);
      System.arraycopy(bytes, offset + index, tail, at, count);
      tailSize += count;
      index += count;
    }
  }

  /** All of it, or both ends with a line between them that says how much is missing. */
  synchronized String text() {
    String begin = new String(head, 0, headSize, StandardCharsets.UTF_8);
    if (tail == null) {
      return begin;
    }
    if (tailSize <= END) {
      byte[] all = java.util.Arrays.copyOf(head, headSize + (int) tailSize);
      System.arraycopy(tail, 0, all, headSize, (int) tailSize);
      return new String(all, StandardCharsets.UTF_8);
    }
    byte[] end = new byte[END];
    int at = (int) (tailSize % END);
    System.arraycopy(tail, at, end, 0, END - at);
    System.arraycopy(tail, 0, end, END - at, at);
    String missing = "\n[... " + (tailSize - END) + " bytes are left out ...]\n";
    return begin + missing + new String(end, StandardCharsets.UTF_8);
  }
}
