package deepbacs.zoo.worker;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;

/** A macro to run, as one line of JSON asks for it. */
final class Request {

  String code = "";
  String argument = "";
  /** The file with the pixels of the images, one image after the other; null without images. */
  String input;
  /** The file for the pixels of the images that are open afterwards. */
  String output;

  final List<ImageHeader> images = new ArrayList<>();

  private Request() {}

  /** Reads a line; {@link IOException} or {@link IllegalStateException} if it is none of ours. */
  static Request parse(String line) throws IOException {
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
