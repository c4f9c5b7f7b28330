package deepbacs.zoo.worker;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A macro or script to run, as one line of JSON asks for it. */
public final class Request {

  String code = "";
  String argument = "";
  /** The name of its file, where it is a script in Groovy; null for a macro. */
  String groovy;
  /** The types of its output parameters, by name. */
  final Map<String, String> outputs = new LinkedHashMap<>();
  /** The values of its input parameters by name, where it is no macro. */
  final Map<String, Object> inputs = new LinkedHashMap<>();
  /** The file with the pixels of the images, one image after the other; null without images. */
  String input;
  /** The file for the pixels of the images that are open afterwards. */
  String output;

  final List<ImageHeader> images = new ArrayList<>();

  private Request() {}

  /** A macro without parameters. */
  static Request of(String code, String argument) {
    Request request = new Request();
    request.code = code;
    request.argument = argument;
    return request;
  }

  /** Reads a line; {@link IOException} or {@link IllegalStateException} if it is none of ours. */
  public static Request parse(String line) throws IOException {
    Request request = new Request();
    try (JsonReader json = new JsonReader(new StringReader(line))) {
      json.setStrictness(Strictness.LENIENT); // NaN
      json.beginObject();
      while (json.hasNext()) {
        request.take(json.nextName(), json);
      }
      json.endObject();
    }
    return request;
  }

  private void take(String name, JsonReader json) throws IOException {
    switch (name) {
      case "code":
        code = json.nextString();
        break;
      case "argument":
        argument = json.nextString();
        break;
      case "input":
        input = text(json);
        break;
      case "output":
        output = json.nextString();
        break;
      case "groovy":
        groovy = text(json);
        break;
      case "outputs":
        json.beginObject();
        while (json.hasNext()) {
          outputs.put(json.nextName(), json.nextString());
        }
        json.endObject();
        break;
      case "inputs":
        json.beginObject();
        while (json.hasNext()) {
          inputs.put(json.nextName(), Inputs.read(json));
        }
        json.endObject();
        break;
      case "images":
        json.beginArray();
        while (json.hasNext()) {
          images.add(HeaderJson.read(json));
        }
        json.endArray();
        break;
      default:
        json.skipValue();
    }
  }

  private static String text(JsonReader json) throws IOException {
    if (json.peek() == JsonToken.NULL) {
      json.nextNull();
      return null;
    }
    return json.nextString();
  }
}
