package deepbacs.zoo.tests;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import deepbacs.zoo.decoding.BoxDecoder;
import deepbacs.zoo.decoding.DetectedBox;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.images.Calibration;
import deepbacs.zoo.images.Preview;
import deepbacs.zoo.results.BoxStack;
import deepbacs.zoo.results.Boxes;
import deepbacs.zoo.results.OutputTensor;
import deepbacs.zoo.results.Result;
import deepbacs.zoo.results.ResultFiles;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.zooconfig.AnchorBoxes;
import deepbacs.zoo.zooconfig.ZooConfig;
import ij.gui.Roi;
import ij.io.RoiDecoder;
import java.awt.geom.Rectangle2D;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipInputStream;

/**
 * Decodes tensors {@code t z c y x} to boxes, writes their files, and reads ROI sets with ImageJ.
 *
 * <p>A request is a list; tensors and pictures lie in files of big-endian floats.
 */
public final class BoxesTest {

  private BoxesTest() {}

  public static void main(String[] arguments) throws IOException {
    JsonArray answers = new JsonArray();
    for (JsonElement each :
        JsonParser.parseReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
            .getAsJsonArray()) {
      JsonObject request = each.getAsJsonObject();
      JsonObject answer = new JsonObject();
      try {
        if (request.has("rois")) {
          answer.add("rois", rois(Paths.get(request.get("rois").getAsString())));
        } else {
          decode(request, answer);
        }
      } catch (ZooException error) {
        answer.addProperty("error", error.kind.python);
        answer.addProperty("message", error.getMessage());
      }
      answers.add(answer);
    }
    System.out.println(answers);
  }

  private static void decode(JsonObject request, JsonObject answer) throws IOException {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("decode", plain(request.get("settings")));
    AnchorBoxes settings = (AnchorBoxes) ZooConfig.read(config).decode;
    int[] shape = ints(request.getAsJsonArray("shape"));
    int[] size = ints(request.getAsJsonArray("size"));
    float[] values = floats(request, "tensor", Tensor.count(shape));
    int count = values.length / (shape[0] * shape[1]);
    JsonArray pixel = request.getAsJsonArray("pixel");
    double x = pixel.size() == 0 ? Double.NaN : pixel.get(0).getAsDouble();
    double y = pixel.size() == 0 ? Double.NaN : pixel.get(1).getAsDouble();
    Calibration calibration = new Calibration(x, y, Double.NaN, Double.NaN);
    BoxStack boxes =
        new BoxStack(shape[0], shape[1], size[0], size[1], settings.classes, calibration);
    JsonArray found = new JsonArray();
    int candidates = 0;
    for (int plane = 0; plane < shape[0] * shape[1]; plane++) {
      float[] part = new float[count];
      System.arraycopy(values, plane * count, part, 0, count);
      Tensor tensor = Tensor.of(DType.FLOAT32, part, "cyx", shape[2], shape[3], shape[4]);
      BoxDecoder decoded = BoxDecoder.decode(settings, tensor, size[0], size[1]);
      candidates = Math.max(candidates, decoded.candidates);
      boxes.add(plane / shape[1], plane % shape[1], decoded.boxes);
      decoded.boxes.forEach(box -> found.add(row(box)));
    }
    answer.addProperty("candidates", candidates);
    answer.add("boxes", found);
    if (request.has("folder")) {
      float[] seen = floats(request, "picture", size[0] * size[1]);
      Result result =
          new Result(
              "field",
              Collections.<OutputTensor>emptyList(),
              new Boxes(boxes),
              calibration,
              Collections.<Finding>emptyList(),
              "",
              1,
              0,
              new Preview(seen, 1, false));
      ResultFiles.save(result, Paths.get(request.get("folder").getAsString()), false);
    }
  }

  private static JsonArray row(DetectedBox box) {
    JsonArray row = new JsonArray();
    row.add(box.x0);
    row.add(box.y0);
    row.add(box.x1);
    row.add(box.y1);
    row.add(box.classIndex);
    row.add((double) box.score);
    return row;
  }

  /** What ImageJ knows of each ROI of a set. */
  private static JsonArray rois(Path path) throws IOException {
    JsonArray all = new JsonArray();
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(path))) {
      while (zip.getNextEntry() != null) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (int value = zip.read(); value >= 0; value = zip.read()) {
          data.write(value);
        }
        Roi roi = RoiDecoder.openFromByteArray(data.toByteArray());
        Rectangle2D.Double bounds = roi.getFloatBounds();
        JsonObject reported = new JsonObject();
        reported.addProperty("name", roi.getName());
        reported.addProperty("type", roi.getTypeAsString());
        reported.addProperty("class", roi.getProperty("class"));
        reported.addProperty("score", roi.getProperty("score"));
        reported.addProperty("colour", roi.getStrokeColor().getRGB());
        double[] numbers = {
          bounds.x, bounds.y, bounds.width, bounds.height,
          roi.getPosition(), roi.getCPosition(), roi.getZPosition(), roi.getTPosition()
        };
        JsonArray list = new JsonArray();
        for (double number : numbers) {
          list.add(number);
        }
        reported.add("numbers", list);
        all.add(reported);
      }
    }
    return all;
  }

  private static float[] floats(JsonObject request, String name, int count) throws IOException {
    byte[] data = Files.readAllBytes(Paths.get(request.get(name).getAsString()));
    float[] values = new float[count];
    ByteBuffer.wrap(data).asFloatBuffer().get(values);
    return values;
  }

  private static int[] ints(JsonArray array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).getAsInt();
    }
    return values;
  }

  /** A value as a YAML parser gives it. */
  private static Object plain(JsonElement value) {
    if (value.isJsonObject()) {
      Map<String, Object> map = new LinkedHashMap<>();
      value.getAsJsonObject().entrySet().forEach(e -> map.put(e.getKey(), plain(e.getValue())));
      return map;
    }
    if (value.isJsonArray()) {
      List<Object> list = new ArrayList<>();
      value.getAsJsonArray().forEach(each -> list.add(plain(each)));
      return list;
    }
    if (value.getAsJsonPrimitive().isString()) {
      return value.getAsString();
    }
    String text = value.getAsString();
    return text.matches("-?[0-9]+") ? (Object) Long.valueOf(text) : Double.valueOf(text);
  }
}
