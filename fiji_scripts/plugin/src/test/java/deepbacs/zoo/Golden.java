package deepbacs.zoo;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Reads the golden vectors that the tests of Python and of Java share, {@code tests/data}. */
public final class Golden {

  private Golden() {}

  /** A file of {@code tests/data}, found from the folder of {@code pom.xml}. */
  public static Path path(String name) {
    Path plugin = Paths.get(System.getProperty("basedir", "")).toAbsolutePath();
    return plugin.resolve("../../tests/data").resolve(name).normalize();
  }

  /** Writes the files of a zip of {@code tests/data} below a folder. */
  public static void unpack(String name, Path folder) throws IOException {
    try (InputStream packed = Files.newInputStream(path(name))) {
      unpack(packed, folder);
    }
  }

  /** Writes the files of a zip below a folder. */
  static void unpack(InputStream packed, Path folder) throws IOException {
    ZipInputStream zip = new ZipInputStream(packed);
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      Path target = folder.resolve(entry.getName());
      Files.createDirectories(target.getParent());
      Files.copy(zip, target);
    }
  }

  public static JsonElement json(String name) throws IOException {
    try (Reader reader = Files.newBufferedReader(path(name), StandardCharsets.UTF_8)) {
      return JsonParser.parseReader(reader);
    }
  }

  /** The entries of a file that is a list of objects. */
  public static List<JsonObject> entries(String name) throws IOException {
    List<JsonObject> entries = new ArrayList<>();
    json(name).getAsJsonArray().forEach(entry -> entries.add(entry.getAsJsonObject()));
    return entries;
  }

  public static int[] ints(JsonElement list) {
    JsonArray array = list.getAsJsonArray();
    int[] values = new int[array.size()];
    for (int index = 0; index < values.length; index++) {
      values[index] = array.get(index).getAsInt();
    }
    return values;
  }

  /** A tensor of values that stand in a list; NaN and infinity stand as texts. */
  public static Tensor tensor(DType dtype, String axes, int[] shape, JsonElement list) {
    Tensor tensor = Tensor.zeros(dtype, axes, shape);
    JsonArray values = list.getAsJsonArray();
    for (int index = 0; index < tensor.size(); index++) {
      tensor.set(index, number(values.get(index).getAsJsonPrimitive()));
    }
    return tensor;
  }

  /** A tensor of {@code {dtype, shape, values}}. */
  public static Tensor tensor(JsonObject entry, String axes) {
    DType dtype = DType.of(entry.get("dtype").getAsString());
    return tensor(dtype, axes, ints(entry.get("shape")), entry.get("values"));
  }

  private static double number(JsonPrimitive value) {
    if (value.isBoolean()) {
      return value.getAsBoolean() ? 1 : 0;
    }
    switch (value.getAsString()) {
      case "nan":
        return Double.NaN;
      case "inf":
        return Double.POSITIVE_INFINITY;
      case "-inf":
        return Double.NEGATIVE_INFINITY;
      default:
        return value.getAsDouble();
    }
  }

  /** A value as the reader of YAML gives it. */
  public static Object plain(JsonElement element) {
    if (element.isJsonNull()) {
      return null;
    }
    if (element.isJsonArray()) {
      List<Object> list = new ArrayList<>();
      element.getAsJsonArray().forEach(child -> list.add(plain(child)));
      return list;
    }
    if (element.isJsonObject()) {
      return map(element.getAsJsonObject());
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

  public static Map<String, Object> map(JsonObject object) {
    Map<String, Object> map = new LinkedHashMap<>();
    object.entrySet().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
    return map;
  }
}
