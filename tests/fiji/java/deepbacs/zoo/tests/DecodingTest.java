package deepbacs.zoo.tests;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import deepbacs.zoo.decoding.LabelDecoder;
import deepbacs.zoo.errors.PythonFormat;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.images.Calibration;
import deepbacs.zoo.results.LabelRois;
import deepbacs.zoo.results.LabelStack;
import deepbacs.zoo.results.ObjectRow;
import deepbacs.zoo.results.ObjectTable;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.zooconfig.Decoding;
import deepbacs.zoo.zooconfig.ZooConfig;
import ij.gui.Roi;
import ij.io.RoiDecoder;
import ij.process.FloatProcessor;
import java.awt.Rectangle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Field;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Decodes, measures and outlines what a request names; the first argument says which.
 *
 * <p>Arrays lie in files of big-endian numbers, one behind the other.
 */
public final class DecodingTest {

  private DecodingTest() {}

  public static void main(String[] arguments) throws IOException {
    JsonElement request =
        JsonParser.parseReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    switch (arguments[0]) {
      case "settings":
        System.out.println(settings(request.getAsJsonArray()));
        break;
      case "config":
        System.out.println(configs(request.getAsJsonArray()));
        break;
      case "decode":
        System.out.println(decode(request.getAsJsonObject()));
        break;
      case "measure":
        System.out.println(measure(request.getAsJsonObject()));
        break;
      case "rois":
        Files.write(path(request, "output"), LabelRois.bytes(stack(request.getAsJsonObject())));
        System.out.println("{}");
        break;
      case "imagej":
        System.out.println(readByImageJ(request.getAsJsonObject()));
        break;
      default:
        JsonArray texts = new JsonArray();
        for (JsonElement number : request.getAsJsonArray()) {
          long bits = Long.parseUnsignedLong(number.getAsString(), 16);
          texts.add(PythonFormat.g(Double.longBitsToDouble(bits)));
        }
        System.out.println(texts);
    }
  }

  private static JsonArray settings(JsonArray requests) {
    JsonArray answers = new JsonArray();
    for (JsonElement each : requests) {
      JsonObject answer = new JsonObject();
      try {
        Decoding found = ZooConfig.read(map(each.getAsJsonObject())).decode;
        if (found != null) {
          answer = fields(found);
        }
      } catch (ZooException error) {
        answer.addProperty("error", error.kind.python);
        answer.addProperty("message", error.getMessage());
      }
      answers.add(answer);
    }
    return answers;
  }

  private static JsonArray configs(JsonArray requests) {
    JsonArray answers = new JsonArray();
    for (JsonElement each : requests) {
      JsonObject answer = new JsonObject();
      try {
        ZooConfig config = ZooConfig.read(map(each.getAsJsonObject()));
        answer.addProperty("task", config.task);
        answer.addProperty("method", config.method);
        answer.add("method_arguments", new Gson().toJsonTree(config.methodArguments));
        answer.add("pixel_size", new Gson().toJsonTree(config.pixelSize));
        boolean known = !Double.isNaN(config.peakBytesPerPixel);
        answer.addProperty("peak_bytes_per_pixel", known ? config.peakBytesPerPixel : null);
        answer.addProperty("receptive_field", config.receptiveField);
        answer.addProperty("allow_tiling", config.allowTiling);
        answer.addProperty("schema_version", config.schemaVersion);
        answer.addProperty("result", config.result());
        answer.add(
            "decode", config.decode == null ? JsonNull.INSTANCE : fields(config.decode));
      } catch (ZooException error) {
        answer = Json.of(error);
      }
      answers.add(answer);
    }
    return answers;
  }

  /** The settings by the names of the description, and the class that they are of. */
  private static JsonObject fields(Decoding settings) {
    JsonObject answer = new JsonObject();
    answer.addProperty("class", settings.getClass().getSimpleName());
    for (Field field : settings.getClass().getFields()) {
      try {
        String name = field.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
        answer.add(name, new Gson().toJsonTree(field.get(settings)));
      } catch (IllegalAccessException error) {
        throw new IllegalStateException(error);
      }
    }
    return answer;
  }

  /** Decodes tensors of one file into labels of another; both say only how they were made. */
  private static JsonArray decode(JsonObject request) throws IOException {
    ByteBuffer input = ByteBuffer.wrap(Files.readAllBytes(path(request, "input")));
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    JsonArray errors = new JsonArray();
    for (JsonElement each : request.getAsJsonArray("cases")) {
      JsonObject entry = each.getAsJsonObject();
      int[] shape = ints(entry.getAsJsonArray("shape"));
      boolean isWide = entry.has("wide");
      Tensor tensor = Tensor.zeros(isWide ? DType.FLOAT64 : DType.FLOAT32, "cyx", shape);
      for (int i = 0; i < tensor.size(); i++) {
        tensor.set(i, isWide ? input.getDouble() : input.getFloat());
      }
      Map<String, Object> config = new LinkedHashMap<>();
      config.put("schema_version", request.has("version") ? request.get("version").getAsLong() : 1L);
      config.put("decode", map(entry.getAsJsonObject("settings")));
      try {
        int[] size = entry.has("size") ? ints(entry.getAsJsonArray("size")) : shape;
        LabelDecoder decoder = LabelDecoder.of(ZooConfig.read(config).decode);
        output.write(
            bytes(decoder.decode(tensor, size[size.length - 2], size[size.length - 1])));
        errors.add(JsonNull.INSTANCE);
      } catch (ZooException error) {
        errors.add(error.getMessage());
      }
    }
    Files.write(path(request, "output"), output.toByteArray());
    return errors;
  }

  private static JsonArray measure(JsonObject request) throws IOException {
    JsonArray size = request.getAsJsonArray("pixel");
    Calibration calibration =
        size.size() == 0
            ? Calibration.UNKNOWN
            : new Calibration(
                size.get(0).getAsDouble(), size.get(1).getAsDouble(), Double.NaN, Double.NaN);
    JsonArray rows = new JsonArray();
    for (ObjectRow row : ObjectTable.measure(stack(request), calibration)) {
      JsonArray cells = new JsonArray();
      for (int number : new int[] {row.label, row.t, row.z, row.pixels}) {
        cells.add(number);
      }
      cells.add(row.unit);
      double[] numbers = {row.area, row.length, row.width, row.x, row.y, row.angle};
      for (double number : numbers) {
        cells.add(number);
      }
      rows.add(cells);
    }
    return rows;
  }

  /** Reads a ROI set as the ROI Manager does, and paints every ROI with its label. */
  private static JsonArray readByImageJ(JsonObject request) throws IOException {
    int[] shape = ints(request.getAsJsonArray("shape"));
    FloatProcessor[] planes = new FloatProcessor[shape[0] * shape[1]];
    for (int i = 0; i < planes.length; i++) {
      planes[i] = new FloatProcessor(shape[3], shape[2]);
    }
    JsonArray rois = new JsonArray();
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(path(request, "input")))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        byte[] data = readAll(zip);
        Roi roi = new RoiDecoder(data, entry.getName()).getRoi();
        Rectangle bounds = roi.getBounds();
        JsonArray reported = new JsonArray();
        reported.add(entry.getName());
        reported.add(roi.getName());
        reported.add(roi.getTypeAsString());
        int[] numbers = {
          bounds.x, bounds.y, bounds.width, bounds.height,
          roi.getCPosition(), roi.getZPosition(), roi.getTPosition(), roi.getPosition()
        };
        for (int number : numbers) {
          reported.add(number);
        }
        rois.add(reported);
        int plane = Math.max(roi.getTPosition() - 1, 0) * shape[1];
        plane += Math.max(roi.getZPosition() - 1, 0);
        String[] parts = roi.getName().split("-");
        int index = (shape[0] > 1 ? 1 : 0) + (shape[1] > 1 ? 1 : 0);
        planes[plane].setValue(Integer.parseInt(parts[index]));
        planes[plane].fill(roi);
      }
    }
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    for (FloatProcessor plane : planes) {
      float[] pixels = (float[]) plane.getPixels();
      int[] labels = new int[pixels.length];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = (int) pixels[i];
      }
      output.write(bytes(labels));
    }
    Files.write(path(request, "output"), output.toByteArray());
    return rois;
  }

  private static LabelStack stack(JsonObject request) throws IOException {
    int[] shape = ints(request.getAsJsonArray("shape"));
    ByteBuffer input = ByteBuffer.wrap(Files.readAllBytes(path(request, "input")));
    LabelStack stack = new LabelStack(shape[0], shape[1], shape[2], shape[3]);
    for (int t = 0; t < shape[0]; t++) {
      for (int z = 0; z < shape[1]; z++) {
        int[] plane = new int[shape[2] * shape[3]];
        for (int i = 0; i < plane.length; i++) {
          plane[i] = input.getInt();
        }
        stack.setPlane(t, z, plane);
      }
    }
    return stack;
  }

  private static byte[] readAll(ZipInputStream zip) throws IOException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    byte[] buffer = new byte[4096];
    for (int count = zip.read(buffer); count > 0; count = zip.read(buffer)) {
      data.write(buffer, 0, count);
    }
    return data.toByteArray();
  }

  private static byte[] bytes(int[] values) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * values.length);
    for (int value : values) {
      buffer.putInt(value);
    }
    return buffer.array();
  }

  private static Path path(JsonElement request, String name) {
    return Paths.get(request.getAsJsonObject().get(name).getAsString());
  }

  private static int[] ints(JsonArray array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).getAsInt();
    }
    return values;
  }

  /** The values as a YAML parser gives them. */
  private static Map<String, Object> map(JsonObject object) {
    Map<String, Object> map = new LinkedHashMap<>();
    object.entrySet().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
    return map;
  }

  private static Object plain(JsonElement value) {
    if (value.isJsonNull()) {
      return null;
    }
    if (value.isJsonObject()) {
      return map(value.getAsJsonObject());
    }
    if (value.isJsonArray()) {
      List<Object> list = new ArrayList<>();
      value.getAsJsonArray().forEach(each -> list.add(plain(each)));
      return list;
    }
    JsonPrimitive primitive = value.getAsJsonPrimitive();
    if (primitive.isBoolean()) {
      return primitive.getAsBoolean();
    }
    if (primitive.isString()) {
      return primitive.getAsString();
    }
    String text = primitive.getAsString();
    if (text.matches("-?[0-9]+")) {
      BigInteger number = new BigInteger(text);
      return number.bitLength() < 64 ? (Object) number.longValue() : number;
    }
    return Double.parseDouble(text);
  }
}
