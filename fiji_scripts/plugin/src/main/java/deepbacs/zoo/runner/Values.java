package deepbacs.zoo.runner;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.TensorInfo.OnnxTensorType;
import ai.onnxruntime.ValueInfo;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Numbers on their way to and from ONNX Runtime. */
final class Values {

  private static final Map<OnnxTensorType, DType> TYPES = new EnumMap<>(OnnxTensorType.class);

  static {
    TYPES.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, DType.FLOAT32);
    TYPES.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE, DType.FLOAT64);
    TYPES.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16, DType.FLOAT16);
    TYPES.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8, DType.UINT8);
    TYPES.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16, DType.UINT16);
    TYPES.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32, DType.UINT32);
    TYPES.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64, DType.UINT64);
    TYPES.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8, DType.INT8);
    TYPES.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16, DType.INT16);
    TYPES.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32, DType.INT32);
    TYPES.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64, DType.INT64);
    TYPES.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL, DType.BOOL);
  }

  private Values() {}

  /** The type of the values that a graph takes, of bfloat16 float32; null for other than numbers. */
  static DType type(TensorInfo node) {
    return node.type == OnnxJavaType.BFLOAT16 ? DType.FLOAT32 : TYPES.get(node.onnxType);
  }

  /** The engine's name of a type, for example {@code tensor(string)}. */
  static String name(ValueInfo info) {
    if (info instanceof SequenceInfo) {
      SequenceInfo sequence = (SequenceInfo) info;
      String type = String.valueOf(sequence.sequenceType).toLowerCase(Locale.ROOT);
      return "seq(" + (sequence.sequenceOfMaps ? "map" : "tensor(" + type + ")") + ")";
    }
    if (!(info instanceof TensorInfo)) {
      return "map";
    }
    String name = ((TensorInfo) info).onnxType.name();
    return "tensor("
        + name.replace("ONNX_TENSOR_ELEMENT_DATA_TYPE_", "").toLowerCase(Locale.ROOT)
        + ")";
  }

  /** The engine's type of the values that {@link #write} writes. */
  static OnnxJavaType javaType(DType dtype) {
    for (Map.Entry<OnnxTensorType, DType> each : TYPES.entrySet()) {
      if (each.getValue() == dtype) {
        return OnnxJavaType.mapFromOnnxTensorType(each.getKey());
      }
    }
    throw new IllegalArgumentException(dtype.numpy());
  }

  /** Writes float32 as bfloat16, to the nearest and half to even, from the buffer's position on. */
  static void writeBfloat16(Tensor tensor, ByteBuffer to) {
    for (float value : tensor.floats()) {
      int bits = Float.floatToRawIntBits(value);
      int rounded = bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
      to.putShort((short) (Float.isNaN(value) ? 0x7fc0 : rounded));
    }
  }

  /** Writes all values from the buffer's position on, in its byte order. */
  static void write(Tensor tensor, ByteBuffer to) {
    if (tensor.dtype == DType.FLOAT32) {
      to.asFloatBuffer().put(tensor.floats());
      return;
    }
    for (int index = 0; index < tensor.size(); index++) {
      double value = tensor.get(index);
      if (tensor.dtype == DType.FLOAT64) {
        to.putDouble(value);
      } else if (tensor.dtype == DType.FLOAT16) {
        to.putShort(halfBits(value));
      } else {
        // The bits of an unsigned number are those of the signed one of its width.
        boolean beyond = tensor.dtype == DType.UINT64 && value >= 0x1p63;
        long whole = beyond ? (long) (value - 0x1p63) + Long.MIN_VALUE : (long) value;
        write(whole, tensor.dtype.bytes, to);
      }
    }
  }

  private static void write(long whole, int bytes, ByteBuffer to) {
    switch (bytes) {
      case Long.BYTES:
        to.putLong(whole);
        break;
      case Integer.BYTES:
        to.putInt((int) whole);
        break;
      case Short.BYTES:
        to.putShort((short) whole);
        break;
      default:
        to.put((byte) whole);
        break;
    }
  }

  /** A tensor with the values of an output, of half precision as float32. */
  static Tensor read(OnnxTensor tensor, String axes) {
    TensorInfo info = tensor.getInfo();
    int[] shape = Arrays.stream(info.getShape()).mapToInt(Math::toIntExact).toArray();
    DType type = type(info);
    if (type == DType.FLOAT16) {
      type = DType.FLOAT32; // half precision is for the network alone
    }
    if (Tensor.count(shape) == 0) {
      return Tensor.zeros(type, axes, shape);
    }
    if (type == DType.FLOAT32) {
      // The engine's copy, which nobody else has; half precision comes without an array.
      FloatBuffer from = tensor.getFloatBuffer();
      float[] values = from.hasArray() ? from.array() : new float[from.remaining()];
      if (!from.hasArray()) {
        from.get(values);
      }
      return Tensor.of(type, values, axes, shape);
    }
    ByteBuffer bytes = tensor.getByteBuffer();
    Tensor result = Tensor.zeros(type, axes, shape);
    for (int index = 0; index < result.size(); index++) {
      result.set(index, next(bytes, type));
    }
    return result;
  }

  private static double next(ByteBuffer from, DType type) {
    switch (type) {
      case FLOAT64:
        return from.getDouble();
      case INT64:
        return from.getLong();
      case UINT64:
        long value = from.getLong();
        return value >= 0 ? value : 2.0 * (value >>> 1 | value & 1);
      case INT32:
        return from.getInt();
      case UINT32:
        return from.getInt() & 0xffffffffL;
      case INT16:
        return from.getShort();
      case UINT16:
        return from.getShort() & 0xffff;
      case INT8:
        return from.get();
      default:
        return from.get() & 0xff;
    }
  }

  /** The bits of the nearest number of half precision, half to even; none is beyond it. */
  private static short halfBits(double value) {
    int sign = Double.doubleToRawLongBits(value) < 0 ? 0x8000 : 0;
    double size = Math.abs(value);
    if (Double.isNaN(value)) {
      return (short) 0x7e00;
    }
    if (Double.isInfinite(value)) {
      return (short) (sign | 0x7c00);
    }
    if (size < 0x1p-14) {
      return (short) (sign | (int) Math.rint(size * 0x1p24));
    }
    int exponent = Math.getExponent(size);
    int fraction = (int) Math.rint((Math.scalb(size, -exponent) - 1) * 1024);
    return (short) (sign | (exponent + 15 << 10) + fraction);
  }
}
