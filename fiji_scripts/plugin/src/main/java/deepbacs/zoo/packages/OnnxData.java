package deepbacs.zoo.packages;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Files that an ONNX graph keeps its weights in.
 *
 * <p>A tensor names its file in {@code TensorProto.external_data}; tensors stand among the
 * initializers of a graph and in attributes of nodes, also of graphs inside and of local functions.
 * A graph is a protocol buffer: fields, each a number with its wire type and a value.
 */
final class OnnxData {

  private static final int DEEPEST = 64;
  private static final int LONGEST_TEXT = 4096;
  private static final int BUFFER = 1 << 13;

  /** Kinds of messages, and which of their fields hold which kind. */
  private enum Kind {
    MODEL, FUNCTION, GRAPH, NODE, ATTRIBUTE, SPARSE, TENSOR, ENTRY;

    final Map<Integer, Kind> inside = new HashMap<>();
  }

  static {
    Kind.MODEL.inside.put(7, Kind.GRAPH);
    Kind.MODEL.inside.put(25, Kind.FUNCTION);
    Kind.FUNCTION.inside.put(7, Kind.NODE);
    Kind.GRAPH.inside.put(1, Kind.NODE);
    Kind.GRAPH.inside.put(5, Kind.TENSOR);
    Kind.GRAPH.inside.put(15, Kind.SPARSE);
    Kind.NODE.inside.put(5, Kind.ATTRIBUTE);
    Kind.ATTRIBUTE.inside.put(5, Kind.TENSOR);
    Kind.ATTRIBUTE.inside.put(6, Kind.GRAPH);
    Kind.ATTRIBUTE.inside.put(10, Kind.TENSOR);
    Kind.ATTRIBUTE.inside.put(11, Kind.GRAPH);
    Kind.ATTRIBUTE.inside.put(22, Kind.SPARSE);
    Kind.ATTRIBUTE.inside.put(23, Kind.SPARSE);
    Kind.SPARSE.inside.put(1, Kind.TENSOR);
    Kind.SPARSE.inside.put(2, Kind.TENSOR);
    Kind.TENSOR.inside.put(13, Kind.ENTRY);
  }

  private final RandomAccessFile file;
  private final byte[] buffer = new byte[BUFFER];
  private long bufferStart;
  private int buffered;
  private long position;
  private final Set<String> found = new LinkedHashSet<>();

  private OnnxData(RandomAccessFile file) {
    this.file = file;
  }

  /**
   * The locations that a graph names, as it writes them, each once.
   *
   * <p>None are found in a file that is no ONNX graph: the engine that loads it says what is wrong.
   */
  static List<String> locations(Path path) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      OnnxData data = new OnnxData(file);
      data.look(0, file.length(), Kind.MODEL, 0);
      return new ArrayList<>(data.found);
    } catch (EOFException error) {
      return Collections.emptyList();
    }
  }

  private void look(long start, long end, Kind kind, int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new EOFException("messages inside messages without end");
    }
    String key = "";
    String value = "";
    long next = start;
    while (next < end) {
      position = next;
      long tag = number();
      int field = (int) (tag >>> 3);
      int wire = (int) (tag & 7);
      long length = wire == 2 ? number() : wire == 1 ? 8 : wire == 5 ? 4 : 0;
      if (wire == 0) {
        number();
      }
      long from = position;
      next = from + length;
      if (wire == 3 || wire == 4 || wire > 5 || length < 0 || next > end) {
        throw new EOFException("no protocol buffer, or cut off");
      }
      if (wire == 2 && kind == Kind.ENTRY) {
        key = field == 1 ? text(from, next) : key;
        value = field == 2 ? text(from, next) : value;
      } else if (wire == 2 && kind.inside.containsKey(field)) {
        look(from, next, kind.inside.get(field), depth + 1);
      }
    }
    if (key.equals("location")) {
      found.add(value);
    }
  }

  private String text(long start, long end) throws IOException {
    byte[] bytes = new byte[(int) Math.min(end - start, LONGEST_TEXT)];
    position = start;
    for (int index = 0; index < bytes.length; index++) {
      bytes[index] = (byte) next();
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private long number() throws IOException {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int each = next();
      value |= (long) (each & 0x7f) << shift;
      if (each < 0x80) {
        return value;
      }
    }
    throw new EOFException("a number of more than ten bytes");
  }

  private int next() throws IOException {
    if (position < bufferStart || position >= bufferStart + buffered) {
      file.seek(position);
      bufferStart = position;
      buffered = file.read(buffer);
      if (buffered <= 0) {
        buffered = 0;
        throw new EOFException("it is cut off");
      }
    }
    return buffer[(int) (position++ - bufferStart)] & 0xff;
  }
}
