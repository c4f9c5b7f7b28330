package deepbacs.zoo.worker;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonWriter;
import ij.ImagePlus;
import ij.measure.ResultsTable;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Output parameters of a script ({@code #@output}) as JSON. */
final class Outputs {

  private Outputs() {}

  /**
   * Writes values by name: numbers, texts, truth values, lists, and {@code {"image": index}}.
   *
   * @param types the type that a script gives each
   * @param images the images that the run leaves; those of the values are added
   * @param tables the tables that it leaves; those of the values are added
   */
  static String json(
      Map<String, Object> values,
      Map<String, String> types,
      List<ImagePlus> images,
      List<Columns> tables) {
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.setStrictness(Strictness.LENIENT); // NaN
      json.beginObject();
      for (Map.Entry<String, Object> each : values.entrySet()) {
        String name = each.getKey();
        Object value = each.getValue();
        if (types.getOrDefault(name, "").endsWith("ImagePlus") && value instanceof Double) {
          value = image(((Double) value).intValue(), images); // a macro has numbers for images
        }
        if (value instanceof ResultsTable) {
          tables.add(new Columns(name, (ResultsTable) value));
          value = name;
        }
        write(json.name(name), value, images);
      }
      json.endObject();
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
    return text.toString();
  }

  private static Object image(int id, List<ImagePlus> images) {
    for (ImagePlus image : images) {
      if (image.getID() == id) {
        return image;
      }
    }
    return null;
  }

  private static void write(JsonWriter json, Object value, List<ImagePlus> images)
      throws IOException {
    if (value == null) {
      json.nullValue();
    } else if (value instanceof ImagePlus) {
      if (!images.contains(value)) {
        images.add((ImagePlus) value);
      }
      json.beginObject().name("image").value(images.indexOf(value)).endObject();
    } else if (value instanceof Boolean) {
      json.value((Boolean) value);
    } else if (value instanceof Number) {
      json.value((Number) value);
    } else if (value instanceof File) {
      json.value(((File) value).getPath());
    } else if (value instanceof Collection || value instanceof Object[]) {
      Collection<?> items =
          value instanceof Collection ? (Collection<?>) value : Arrays.asList((Object[]) value);
      json.beginArray();
      for (Object item : new ArrayList<Object>(items)) {
        write(json, item, images);
      }
      json.endArray();
    } else {
      json.value(value.toString());
    }
  }
}
