package deepbacs.zoo.images;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The compressions of TIFF; each gives exactly the bytes expected, or says what is missing.
 *
 * <p>ImageJ's own decoders give what they have when a part ends early.
 */
final class Unpacking {

  private static final int CLEAR = 256;
  private static final int END = 257;
  private static final int FIRST = 258;
  private static final int LONGEST_CODE = 12;
  private static final int CODES = 1 << LONGEST_CODE;

  private Unpacking() {}

  static byte[] deflate(byte[] raw, int expected) throws Damaged {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(raw);
      byte[] found = new byte[expected];
      int length = 0;
      while (length < expected) {
        int more = inflater.inflate(found, length, expected - length);
        boolean stuck =
            inflater.finished() || inflater.needsInput() || inflater.needsDictionary();
        if (more == 0 && stuck) {
          throw ended(length, expected);
        }
        length += more;
      }
      return found;
    } catch (DataFormatException error) {
      throw new Damaged("the compressed pixels make no sense");
    } finally {
      inflater.end();
    }
  }

  static byte[] packBits(byte[] raw, int expected) throws Damaged {
    byte[] found = new byte[expected];
    int length = 0;
    int at = 0;
    while (length < expected) {
      int header = at < raw.length ? raw[at++] : -128;
      int count = Math.min(header >= 0 ? header + 1 : 1 - header, expected - length);
      if (at >= raw.length || header >= 0 && at + count > raw.length) {
        throw ended(length, expected);
      }
      if (header >= 0) {
        System.arraycopy(raw, at, found, length, count);
        at += header + 1;
        length += count;
      } else if (header != -128) {
        java.util.Arrays.fill(found, length, length + count, raw[at++]);
        length += count;
      }
    }
    return found;
  }

  /** TIFF 6.0, section 13: codes of 9 to 12 bits, the highest bit first. */
  static byte[] lzw(byte[] raw, int expected) throws Damaged {
    byte[] found = new byte[expected];
    // Each code stands for a run of what was found before: where it began, and how long it is.
    int[] starts = new int[CODES];
    int[] lengths = new int[CODES];
    int next = FIRST;
    int before = CLEAR;
    int beforeStart = 0;
    int beforeLength = 0;
    int length = 0;
    int bits = 9;
    long place = 0;
    while (length < expected) {
      int code = code(raw, place, bits);
      place += bits;
      if (code == END || code < 0) {
        throw ended(length, expected);
      }
      if (code == CLEAR) {
        next = FIRST;
        bits = 9;
        before = CLEAR;
        continue;
      }
      int start = length;
      if (code < CLEAR) {
        found[length++] = (byte) code;
      } else if (code < next) {
        length = repeat(found, starts[code], lengths[code], length);
      } else if (code == next && before != CLEAR) {
        length = repeat(found, beforeStart, beforeLength, length);
        length = length < expected ? repeat(found, beforeStart, 1, length) : length;
      } else {
        throw new Damaged("the compressed pixels make no sense");
      }
      if (before != CLEAR && next < CODES) {
        starts[next] = beforeStart; // what came before, and the byte behind it
        lengths[next] = beforeLength + 1;
        next++;
      }
      bits = next >= 2047 ? 12 : next >= 1023 ? 11 : next >= 511 ? 10 : 9;
      before = code;
      beforeStart = start;
      beforeLength = length - start;
    }
    return found;
  }

  private static int code(byte[] raw, long place, int bits) {
    int at = (int) (place / Byte.SIZE);
    if (at + 1 >= raw.length && place + bits > (long) raw.length * Byte.SIZE) {
      return -1;
    }
    int value = 0;
    for (int index = 0; index < 3; index++) {
      value = value << Byte.SIZE | (at + index < raw.length ? raw[at + index] & 0xff : 0);
    }
    return value >> 24 - bits - (int) (place % Byte.SIZE) & (1 << bits) - 1;
  }

  /** Byte by byte: a run may reach into what it writes. */
  private static int repeat(byte[] found, int from, int count, int to) {
    int end = Math.min(to + count, found.length);
    for (int at = to; at < end; at++) {
      found[at] = found[from + at - to];
    }
    return end;
  }

  private static Damaged ended(int length, int expected) {
    return new Damaged("compressed pixels end after " + length + " of " + expected);
  }
}
