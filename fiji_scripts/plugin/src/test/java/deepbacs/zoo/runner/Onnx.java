package deepbacs.zoo.runner;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the smallest ONNX graph there is: one node from {@code x} to {@code y}. */
final class Onnx {

  private Onnx() {}

  /**
   * A model of one node.
   *
   * @param node for example {@code Identity}
   * @param type number of the element type (TensorProto.DataType)
   * @param opset of the operators
   * @param shape sizes; 0 for a free one
   */
  static byte[] model(String node, int type, int opset, int... shape) {
    byte[] operation =
        join(text(1, "x"), text(2, "y"), text(4, node));
    byte[] graph =
        join(
            part(1, operation),
            text(2, "graph"),
            part(11, value("x", type, shape)),
            part(12, value("y", type, shape)));
    return join(number(1, 8), part(7, graph), part(8, join(text(1, ""), number(2, opset))));
  }

  private static byte[] value(String name, int type, int... shape) {
    byte[] sizes = new byte[0];
    for (int size : shape) {
      byte[] dimension = size > 0 ? number(1, size) : text(2, "n");
      sizes = join(sizes, part(1, dimension));
    }
    return join(text(1, name), part(2, part(1, join(number(1, type), part(2, sizes)))));
  }

  private static byte[] number(int field, int value) {
    return join(varint(field << 3), varint(value));
  }

  private static byte[] text(int field, String value) {
    return part(field, value.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] part(int field, byte[] content) {
    return join(varint(field << 3 | 2), varint(content.length), content);
  }

  private static byte[] varint(int value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int left = value;
    for (; left > 127; left >>>= 7) {
      bytes.write(left & 127 | 128);
    }
    bytes.write(left);
    return bytes.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] each : parts) {
      bytes.write(each, 0, each.length);
    }
    return bytes.toByteArray();
  }
}
