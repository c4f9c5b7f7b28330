package deepbacs.zoo.worker;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import ij.ImagePlus;
import java.io.File;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Values of a script's input parameters, each as {@code [type, value]} in JSON. */
final class Inputs {

  private Inputs() {}

  /** An image by its title, until it is looked up. */
  private static final class Title {
    final String text;

    Title(String text) {
      this.text = text;
    }
  }

  /** Reads a value of a type that {@code #@} lines name. */
  static Object read(JsonReader json) throws IOException {
    json.beginArray();
    String type = json.nextString();
    Object value;
    if (type.endsWith("[]")) {
      String item = type.substring(0, type.length() - 2);
      List<Object> items = new ArrayList<>();
      json.beginArray();
      while (json.hasNext()) {
        items.add(value(item, json));
      }
      json.endArray();
      value = items.toArray(item.equals("File") ? new File[0] : new Object[0]);
      value = item.equals("String") ? items.toArray(new String[0]) : value;
    } else {
      value = value(type, json);
    }
    json.endArray();
    return value;
  }

  private static Object value(String type, JsonReader json) throws IOException {
    if (json.peek() == JsonToken.NULL) {
      json.nextNull();
      return null;
    }
    if (json.peek() == JsonToken.BOOLEAN) {
      return json.nextBoolean();
    }
    String text = json.nextString();
    switch (type) {
      case "File":
        return new File(text);
      case "ImagePlus":
        return new Title(text);
      case "byte":
        return Byte.valueOf(text);
      case "short":
        return Short.valueOf(text);
      case "int":
        return Integer.valueOf(text);
      case "long":
        return Long.valueOf(text);
      case "BigInteger":
        return new BigInteger(text);
      case "BigDecimal":
        return new BigDecimal(text);
      case "float":
        return Float.valueOf(text);
      case "double":
        return Double.valueOf(text);
      case "char":
        return text.charAt(0);
      default:
        return text;
    }
  }

  /** Puts images in place of their titles. */
  static void find(Map<String, Object> values, List<ImagePlus> images) {
    for (Map.Entry<String, Object> each : values.entrySet()) {
      if (each.getValue() instanceof Title) {
        String title = ((Title) each.getValue()).text;
        for (ImagePlus image : images) {
          if (image.getTitle().equals(title)) {
            each.setValue(image);
          }
        }
      }
    }
  }
}
