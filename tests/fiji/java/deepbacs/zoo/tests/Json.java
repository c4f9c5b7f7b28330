package deepbacs.zoo.tests;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.FileRef;
import deepbacs.zoo.tensors.Step;
import deepbacs.zoo.tensors.Tensor;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON to values of the plugin and back. */
final class Json {

  private Json() {}

  /** The request on standard input. */
  static JsonElement request() {
    return JsonParser.parseReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  }

  /** Prints the answer; NaN and infinity stand in it as Python reads and writes them. */
  static void answer(JsonElement answer) throws UnsupportedEncodingException {
    new PrintStream(System.out, true, "UTF-8").println(answer);
  }

  static Object plain(JsonElement element) {
    if (element.isJsonNull()) {
      return null;
    }
    if (element.isJsonArray()) {
      List<Object> result = new ArrayList<>();
      for (JsonElement child : element.getAsJsonArray()) {
        result.add(plain(child));
      }
      return result;
    }
    if (element.isJsonObject()) {
      return plain(element.getAsJsonObject());
    }
    JsonPrimitive value = element.getAsJsonPrimitive();
    if (value.isBoolean()) {
      return value.getAsBoolean();
    }
    if (value.isString()) {
      return value.getAsString();
    }
    String text = value.getAsString();
    return text.matches("-?[0-9]+") ? (Object) Long.valueOf(text) : Double.valueOf(text);
  }

  static Map<String, Object> plain(JsonObject object) {
    Map<String, Object> result = new LinkedHashMap<>();
    for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
      result.put(entry.getKey(), plain(entry.getValue()));
    }
    return result;
  }

  static JsonElement of(Object value) {
    if (value == null) {
      return JsonNull.INSTANCE;
    }
    if (value instanceof List) {
      JsonArray result = new JsonArray();
      for (Object child : (List<?>) value) {
        result.add(of(child));
      }
      return result;
    }
    if (value instanceof Map) {
      JsonObject result = new JsonObject();
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        result.add(String.valueOf(entry.getKey()), of(entry.getValue()));
      }
      return result;
    }
    if (value instanceof FileRef) {
      JsonArray result = new JsonArray();
      result.add(((FileRef) value).path);
      result.add(((FileRef) value).sha256);
      return result;
    }
    if (value instanceof Number) {
      return new JsonPrimitive((Number) value);
    }
    return value instanceof Boolean
        ? new JsonPrimitive((Boolean) value)
        : new JsonPrimitive(value.toString());
  }

  /** A tensor from {@code {dtype, shape, values}}. */
  static Tensor tensor(JsonObject entry, String axes) {
    int[] shape = new int[entry.getAsJsonArray("shape").size()];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = entry.getAsJsonArray("shape").get(axis).getAsInt();
    }
    Tensor result = Tensor.zeros(DType.of(entry.get("dtype").getAsString()), axes, shape);
    JsonArray values = entry.getAsJsonArray("values");
    for (int index = 0; index < result.size(); index++) {
      JsonPrimitive value = values.get(index).getAsJsonPrimitive();
      result.set(
          index, value.isBoolean() ? (value.getAsBoolean() ? 1 : 0) : value.getAsDouble());
    }
    return result;
  }

  /** The same back; float32 values have the digits of their doubles. */
  static JsonObject of(Tensor tensor) {
    JsonObject result = new JsonObject();
    result.addProperty("dtype", tensor.dtype.numpy());
    JsonArray shape = new JsonArray();
    for (int size : tensor.shape()) {
      shape.add(size);
    }
    result.add("shape", shape);
    result.addProperty("letters", tensor.axes);
    JsonArray values = new JsonArray();
    for (int index = 0; index < tensor.size(); index++) {
      values.add(tensor.get(index));
    }
    result.add("values", values);
    return result;
  }

  static List<Step> steps(JsonArray entries) {
    List<Step> result = new ArrayList<>();
    for (JsonElement element : entries) {
      JsonObject entry = element.getAsJsonObject();
      result.add(
          new Step(entry.get("name").getAsString(), plain(entry.getAsJsonObject("kwargs"))));
    }
    return result;
  }

  static JsonObject of(ZooException error) {
    JsonObject result = new JsonObject();
    result.addProperty("kind", error.kind.python);
    result.addProperty("message", error.getMessage());
    return result;
  }
}
