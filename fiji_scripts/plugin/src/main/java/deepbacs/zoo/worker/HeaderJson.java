package deepbacs.zoo.worker;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** Headers of images as JSON objects. */
final class HeaderJson {

  private HeaderJson() {}

  /** Reads a header alone. */
  @SuppressWarnings("deprecation") // that of all versions: others may be on the class path first
  static ImageHeader parse(String text) throws IOException {
    try (JsonReader json = new JsonReader(new StringReader(text))) {
      json.setLenient(true); // NaN
      return read(json);
    }
  }

  /** Writes a header alone. */
  @SuppressWarnings("deprecation")
  static String text(ImageHeader header) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.setLenient(true);
      write(json, header);
    }
    return text.toString();
  }

  static ImageHeader read(JsonReader json) throws IOException {
    String title = "";
    String dtype = "";
    boolean rgb = false;
    double[] shape = {};
    double[] sizes = {};
    Metadata metadata = new Metadata();
    json.beginObject();
    while (json.hasNext()) {
      String name = json.nextName();
      switch (name) {
        case "title":
          title = json.nextString();
          break;
        case "dtype":
          dtype = json.nextString();
          break;
        case "rgb":
          rgb = json.nextBoolean();
          break;
        case "shape":
          shape = numbers(json);
          break;
        case "sizes":
          sizes = numbers(json);
          break;
        default:
          take(name, json, metadata);
      }
    }
    json.endObject();
    int[] whole = new int[shape.length];
    for (int axis = 0; axis < whole.length; axis++) {
      whole[axis] = (int) shape[axis];
    }
    return new ImageHeader(title, dtype, whole, rgb, sizes, metadata);
  }

  private static void take(String name, JsonReader json, Metadata metadata) throws IOException {
    switch (name) {
      case "labels":
        texts(json, metadata.labels);
        break;
      case "luts":
        texts(json, metadata.luts);
        break;
      case "ranges":
        json.beginArray();
        while (json.hasNext()) {
          metadata.ranges.add(numbers(json));
        }
        json.endArray();
        break;
      case "roi":
        if (json.peek() == JsonToken.NULL) {
          json.nextNull();
        } else {
          metadata.roi = json.nextString();
        }
        break;
      case "overlay":
        texts(json, metadata.overlay);
        break;
      default:
        json.skipValue();
    }
  }

  private static void texts(JsonReader json, List<String> found) throws IOException {
    json.beginArray();
    while (json.hasNext()) {
      found.add(json.nextString());
    }
    json.endArray();
  }

  private static double[] numbers(JsonReader json) throws IOException {
    List<Double> found = new ArrayList<>();
    json.beginArray();
    while (json.hasNext()) {
      found.add(json.nextDouble());
    }
    json.endArray();
    double[] values = new double[found.size()];
    for (int index = 0; index < values.length; index++) {
      values[index] = found.get(index);
    }
    return values;
  }

  static void write(JsonWriter json, ImageHeader header) throws IOException {
    json.beginObject().name("title").value(header.title).name("dtype").value(header.dtype);
    json.name("rgb").value(header.rgb);
    json.name("shape").beginArray();
    for (int size : header.shape()) {
      json.value(size);
    }
    json.endArray().name("sizes");
    write(json, header.sizes());
    Metadata metadata = header.metadata;
    write(json.name("labels"), metadata.labels);
    write(json.name("luts"), metadata.luts);
    json.name("ranges").beginArray();
    for (double[] range : metadata.ranges) {
      write(json, range);
    }
    json.endArray().name("roi").value(metadata.roi);
    write(json.name("overlay"), metadata.overlay);
    json.endObject();
  }

  private static void write(JsonWriter json, double[] numbers) throws IOException {
    json.beginArray();
    for (double each : numbers) {
      json.value(each);
    }
    json.endArray();
  }

  private static void write(JsonWriter json, List<String> texts) throws IOException {
    json.beginArray();
    for (String each : texts) {
      json.value(each);
    }
    json.endArray();
  }
}
