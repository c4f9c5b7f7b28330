package deepbacs.zoo.runner;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import deepbacs.zoo.tensors.DType;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * Tensors of the unsigned types that ONNX Runtime does not take from Java.
 *
 * <p>The engine itself has them: a graph of one node casts the signed type of the same width, whose
 * bits stay as they are. Its output goes to the network as it is.
 */
final class UnsignedTensors implements AutoCloseable {

  /** A type, the signed one of its width, and the numbers that ONNX gives both. */
  private enum Cast {
    UINT16(DType.INT16, 5, 4),
    UINT32(DType.INT32, 6, 12),
    UINT64(DType.INT64, 7, 13);

    final DType signed;
    final int from;
    final int to;

    Cast(DType signed, int from, int to) {
      this.signed = signed;
      this.from = from;
      this.to = to;
    }

    /** The cast to a type, or null where the engine takes it from Java. */
    static Cast to(DType dtype) {
      for (Cast cast : values()) {
        if (cast.name().equals(dtype.name())) {
          return cast;
        }
      }
      return null;
    }
  }

  private final OrtEnvironment environment;
  private final Map<Cast, OrtSession> sessions = new EnumMap<>(Cast.class);

  UnsignedTensors(OrtEnvironment environment) {
    this.environment = environment;
  }

  /** The type that values of a type are given to the engine as: itself, or the signed one. */
  static DType given(DType dtype) {
    Cast cast = Cast.to(dtype);
    return cast == null ? dtype : cast.signed;
  }

  /** The tensor with the bits of a given one, which is closed where it is another. */
  OnnxTensor of(DType dtype, OnnxTensor given) throws OrtException {
    Cast cast = Cast.to(dtype);
    if (cast == null) {
      return given;
    }
    OrtSession session = sessions.get(cast);
    if (session == null) {
      session = environment.createSession(graph(cast));
      sessions.put(cast, session);
    }
    try {
      // Who closes the tensor has closed all of this result.
      return (OnnxTensor) session.run(Collections.singletonMap("x", given)).get(0);
    } finally {
      given.close();
    }
  }

  @Override
  public void close() throws OrtException {
    for (OrtSession session : sessions.values()) {
      session.close();
    }
    sessions.clear();
  }

  /** The ONNX file of {@code y = Cast(x)}, in the format of protocol buffers. */
  private static byte[] graph(Cast cast) {
    int[] file = {
      0x08, 8, // IR version
      0x3a, 53, // graph:
      0x0a, 23, // a node
      0x0a, 1, 'x', 0x12, 1, 'y', 0x22, 4, 'C', 'a', 's', 't',
      0x2a, 9, 0x0a, 2, 't', 'o', 0x18, cast.to, 0xa0, 1, 2, // its attribute, a whole number
      0x12, 4, 'c', 'a', 's', 't', // the graph's name
      0x5a, 9, 0x0a, 1, 'x', 0x12, 4, 0x0a, 2, 0x08, cast.from, // its input
      0x62, 9, 0x0a, 1, 'y', 0x12, 4, 0x0a, 2, 0x08, cast.to, // its output
      0x42, 4, 0x0a, 0, 0x10, 17, // the version of the operators
    };
    byte[] bytes = new byte[file.length];
    for (int index = 0; index < bytes.length; index++) {
      bytes[index] = (byte) file[index];
    }
    return bytes;
  }
}
