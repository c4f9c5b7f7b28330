package deepbacs.zoo.packages;

import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * NumPy's {@code .npy} files, read without trust: plain numbers only, and nothing is allocated
 * before the size is checked.
 *
 * <p>Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
final class Npy {

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int LONGEST_HEADER = 10_000;
  private static final int MOST_DIMENSIONS = 32;
  private static final Pattern PLAIN = Pattern.compile("([<>|=]?)(b1|[iu][1248]|f[248])|\\?");
  private static final Pattern PAIR =
      Pattern.compile(
          "\\s*(?:'(\\w+)'|\"(\\w+)\")\\s*:\\s*"
              + "('[^'\\\\]*'|\"[^\"\\\\]*\"|True|False|\\([-\\d, ]*\\))\\s*(,|$)");
  private static final Pattern SIZES =
      Pattern.compile("\\(\\s*(?:(\\d+\\s*,\\s*)*\\d*)\\s*\\)");

  private final byte[] data;
  private final String where;
  private int[] shape;
  private boolean fortran;
  private DType dtype;
  private ByteOrder order;
  private int start;

  private Npy(byte[] data, String where) {
    this.data = data;
    this.where = where;
  }

  /**
   * The tensor of a {@code .npy} file.
   *
   * @param data the whole file
   * @param where the file as named to the user
   * @param axes its axes; where they do not fit, or are null, each axis gets a {@code ?}
   * @throws ZooException INTEGRITY: no such file, a version of the format unknown here, a type
   *     other than numbers and truth values, or another length than the header states
   */
  static Tensor parse(byte[] data, String where, String axes) {
    Npy file = new Npy(data, where);
    file.readHeader();
    char[] unknown = new char[file.shape.length];
    Arrays.fill(unknown, '?');
    boolean fits = axes != null && axes.length() == unknown.length;
    return file.tensor(fits ? axes : new String(unknown));
  }

  // --- the header --------------------------------------------------------------------------------

  private void readHeader() {
    int width = widthOfLength();
    long length = 0;
    for (int index = 0; index < width && 8 + index < data.length; index++) {
      length |= (data[8 + index] & 0xffL) << 8 * index;
    }
    if (length > LONGEST_HEADER || data.length < 8 + width + length) {
      throw damaged("the NumPy file is cut off or damaged", "header of " + length + " bytes");
    }
    start = (int) (8 + width + length);
    readFields(
        fields(stripped(new String(data, 8 + width, (int) length, StandardCharsets.UTF_8))));
  }

  /** Bytes of the number that says how long the header is, by the version of the file. */
  private int widthOfLength() {
    boolean marked = data.length >= 8 && Arrays.equals(Arrays.copyOf(data, 6), MAGIC);
    int version = marked && data[7] == 0 ? data[6] : 0;
    if (version < 1 || version > 3) {
      throw damaged("this is not a NumPy file", "starts with " + hex(Math.min(8, data.length)));
    }
    return version == 1 ? 2 : 4;
  }

  private void readFields(Map<String, String> fields) {
    String stated = fields.get("shape");
    boolean sensible = stated != null && SIZES.matcher(stated).matches();
    if (!sensible || !isFlag(fields.get("fortran_order")) || fields.get("descr") == null) {
      throw damaged("the NumPy file is damaged", "shape " + stated);
    }
    fortran = fields.get("fortran_order").equals("True");
    readType(fields.get("descr"));
    readShape(stated);
  }

  /** Without blanks at the ends; unlike trim, other signs stay. */
  private static String stripped(String text) {
    return text.replaceAll("^\\s+|\\s+$", "");
  }

  private static boolean isFlag(String text) {
    return "True".equals(text) || "False".equals(text);
  }

  /** Reads {@code {'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }}. */
  private Map<String, String> fields(String text) {
    Map<String, String> result = new HashMap<>();
    boolean braces = text.startsWith("{") && text.endsWith("}") && text.length() > 1;
    String inside = braces ? stripped(text.substring(1, text.length() - 1)) : text;
    Matcher pair = PAIR.matcher(inside);
    int end = 0;
    while (end < inside.length() && pair.find(end) && pair.start() == end) {
      result.put(pair.group(1) == null ? pair.group(2) : pair.group(1), pair.group(3));
      end = pair.end();
      if (stripped(inside.substring(end)).isEmpty()) {
        end = inside.length();
      }
    }
    if (!braces || end < inside.length()) {
      throw noFields(text);
    }
    return result;
  }

  private ZooException noFields(String text) {
    boolean pickled = text.contains("'descr'") && text.contains("'shape'");
    String what =
        pickled ? "the NumPy file does not hold plain numbers" : "the NumPy file is damaged";
    return damaged(what, PythonText.brief(text));
  }

  private void readType(String quoted) {
    String descr = quoted.substring(1, Math.max(1, quoted.length() - 1));
    Matcher match = PLAIN.matcher(descr);
    if (!match.matches()) {
      throw damaged("the NumPy file does not hold plain numbers", PythonText.repr(descr));
    }
    order = ">".equals(match.group(1)) ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    String kind = match.group(2) == null ? "b1" : match.group(2);
    int bits = 8 * (kind.charAt(1) - '0');
    String name =
        kind.charAt(0) == 'i' ? "int" : kind.charAt(0) == 'u' ? "uint" : "float";
    dtype = kind.equals("b1") ? DType.BOOL : DType.of(name + bits);
  }

  private void readShape(String stated) {
    List<Integer> sizes = new ArrayList<>();
    long count = 1;
    for (String size : stated.replaceAll("[()\\s]", "").split(",")) {
      if (size.isEmpty()) {
        continue;
      }
      if (size.length() > 18 || Long.parseLong(size) > Integer.MAX_VALUE) {
        throw damaged("the NumPy file is cut off or damaged", "shape " + stated);
      }
      sizes.add(Integer.parseInt(size));
      // Never beyond the range of long: it is cut off where no file is that long.
      count = Math.min(count * Integer.parseInt(size), Integer.MAX_VALUE);
    }
    if (!stated.contains(",") && !sizes.isEmpty() || sizes.size() > MOST_DIMENSIONS) {
      throw damaged("the NumPy file is damaged", "shape " + stated);
    }
    if (data.length - start != count * dtype.bytes) {
      throw damaged(
          "the NumPy file is cut off or damaged",
          (data.length - start) + " bytes of data for shape " + stated + " of " + dtype.numpy());
    }
    shape = new int[sizes.size()];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = sizes.get(axis);
    }
  }

  private String hex(int bytes) {
    StringBuilder text = new StringBuilder();
    for (int index = 0; index < bytes; index++) {
      text.append(String.format("%02x", data[index]));
    }
    return text.toString();
  }

  private ZooException damaged(String what, String value) {
    return new ZooException(
        Kind.INTEGRITY,
        where,
        what,
        value,
        "an .npy file of numbers, as numpy.save writes it",
        "get the package again");
  }

  // --- the numbers -------------------------------------------------------------------------------

  private Tensor tensor(String axes) {
    ByteBuffer buffer = ByteBuffer.wrap(data).order(order);
    Tensor result = Tensor.zeros(dtype, axes, shape);
    int[] strides = result.strides();
    int[] position = new int[shape.length];
    for (int index = 0; index < result.size(); index++) {
      int target = index;
      if (fortran) {
        target = 0;
        for (int axis = 0; axis < shape.length; axis++) {
          target += position[axis] * strides[axis];
        }
        advance(position);
      }
      result.set(target, value(buffer, start + index * dtype.bytes));
    }
    return result;
  }

  /** The next position in Fortran order: the first axis runs fastest. */
  private void advance(int[] position) {
    for (int axis = 0; axis < position.length; axis++) {
      if (++position[axis] < shape[axis]) {
        return;
      }
      position[axis] = 0;
    }
  }

  /** A value as a double; complex only by its table of all types. */
  private double value(ByteBuffer buffer, int at) {
    switch (dtype) {
      case BOOL:
        return buffer.get(at) == 0 ? 0 : 1;
      case INT8:
        return buffer.get(at);
      case UINT8:
        return buffer.get(at) & 0xff;
      case INT16:
        return buffer.getShort(at);
      case UINT16:
        return buffer.getShort(at) & 0xffff;
      case INT32:
        return buffer.getInt(at);
      case UINT32:
        return buffer.getInt(at) & 0xffffffffL;
      case INT64:
        return buffer.getLong(at);
      case UINT64:
        return unsigned(buffer.getLong(at));
      case FLOAT16:
        return half(buffer.getShort(at));
      case FLOAT32:
        return buffer.getFloat(at);
      default:
        return buffer.getDouble(at);
    }
  }

  private static double unsigned(long bits) {
    // The last bit is kept in the halved number, so that it rounds as the whole one would.
    return bits >= 0 ? bits : 2.0 * (bits >>> 1 | bits & 1);
  }

  /** A 16-bit float: a sign, 5 bits of exponent (bias 15), 10 of fraction. */
  private static double half(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    double size;
    if (exponent == 0x1f) {
      size = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    } else if (exponent == 0) {
      size = Math.scalb((double) fraction, -24);
    } else {
      size = Math.scalb((double) (fraction | 0x400), exponent - 25);
    }
    return bits < 0 ? -size : size;
  }
}
