package deepbacs.zoo.tests;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.images.Calibration;
import deepbacs.zoo.images.LabelColors;
import deepbacs.zoo.images.Preview;
import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.results.Content;
import deepbacs.zoo.results.LabelStack;
import deepbacs.zoo.results.Labels;
import deepbacs.zoo.results.NoObjects;
import deepbacs.zoo.results.ObjectRow;
import deepbacs.zoo.results.ObjectTable;
import deepbacs.zoo.results.OutputTensor;
import deepbacs.zoo.results.Result;
import deepbacs.zoo.results.ResultFiles;
import deepbacs.zoo.results.ResultKind;
import deepbacs.zoo.results.ResultKinds;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Tensor;
import ij.ImagePlus;
import ij.io.Opener;
import ij.process.LUT;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Plans and writes the files of a result, and opens them in ImageJ; the first argument says which.
 *
 * <p>Arrays lie in one file of big-endian doubles: the tensors, the labels, the picture, of which
 * all of red comes first.
 */
public final class OutputsTest {

  private OutputsTest() {}

  public static void main(String[] arguments) throws IOException {
    JsonObject request =
        JsonParser.parseReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
            .getAsJsonObject();
    JsonObject answer = new JsonObject();
    try {
      switch (arguments[0]) {
        case "planned":
          try (ZooPackage found = ZooPackage.open(path(request, "package"))) {
            String stem = request.get("stem").getAsString();
            answer.add("paths", json(ResultFiles.planned(found, stem, path(request, "folder"))));
          }
          break;
        case "save":
          boolean overwrite = request.get("overwrite").getAsBoolean();
          Result result = result(request);
          answer.add("paths", json(ResultFiles.save(result, path(request, "folder"), overwrite)));
          break;
        case "kinds":
          for (Map.Entry<String, ResultKind> each : ResultKinds.TABLE.entrySet()) {
            JsonArray files = new JsonArray();
            each.getValue().files.forEach(files::add);
            answer.add(each.getKey(), files);
          }
          break;
        case "open":
          answer = opened(request.get("path").getAsString());
          break;
        default:
          answer.add("colours", colors(request.get("count").getAsInt()));
      }
    } catch (ZooException error) {
      answer.addProperty("error", error.kind.python);
      answer.addProperty("message", error.getMessage());
    }
    System.out.println(answer);
  }

  private static Result result(JsonObject request) throws IOException {
    ByteBuffer data = ByteBuffer.wrap(Files.readAllBytes(path(request, "data")));
    Calibration calibration = calibration(request.getAsJsonArray("calibration"));
    List<OutputTensor> tensors = new ArrayList<>();
    for (JsonElement each : request.getAsJsonArray("tensors")) {
      JsonObject entry = each.getAsJsonObject();
      DType dtype = DType.of(entry.get("dtype").getAsString());
      String axes = entry.get("letters").getAsString();
      Tensor tensor = Tensor.zeros(dtype, axes, ints(entry.getAsJsonArray("shape")));
      for (int i = 0; i < tensor.size(); i++) {
        tensor.set(i, data.getDouble());
      }
      Calibration own = calibration(entry.getAsJsonArray("calibration"));
      tensors.add(new OutputTensor(entry.get("id").getAsString(), tensor, own));
    }
    LabelStack labels = null;
    List<ObjectRow> objects = Collections.emptyList();
    Preview picture = null;
    if (!request.get("labels").isJsonNull()) {
      int[] shape = ints(request.getAsJsonArray("labels"));
      labels = new LabelStack(shape[0], shape[1], shape[2], shape[3]);
      for (int index = 0; index < shape[0] * shape[1]; index++) {
        int[] plane = new int[shape[2] * shape[3]];
        for (int i = 0; i < plane.length; i++) {
          plane[i] = (int) data.getDouble();
        }
        labels.setPlane(index / shape[1], index % shape[1], plane);
      }
      objects = ObjectTable.measure(labels, calibration);
      int channels = request.get("channels").getAsInt();
      float[] values = new float[channels * shape[2] * shape[3]];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) data.getDouble();
      }
      picture = new Preview(values, channels, request.get("eight_bit_colours").getAsBoolean());
    }
    String stem = request.get("stem").getAsString();
    List<Finding> none = Collections.emptyList();
    Content content = labels == null ? new NoObjects() : new Labels(labels, objects);
    return new Result(stem, tensors, content, calibration, none, "", 1, 0, picture);
  }

  private static JsonObject opened(String file) {
    ImagePlus image = new Opener().openImage(file);
    JsonObject answer = new JsonObject();
    JsonArray shape = new JsonArray();
    int[] sizes = {
      image.getNFrames(),
      image.getNSlices(),
      image.getNChannels(),
      image.getHeight(),
      image.getWidth()
    };
    for (int size : sizes) {
      shape.add(size);
    }
    answer.add("shape", shape);
    answer.addProperty("bits", image.getBitDepth());
    ij.measure.Calibration size = image.getCalibration();
    answer.addProperty("unit", size.getUnit());
    JsonArray calibration = new JsonArray();
    double[] numbers = {size.pixelWidth, size.pixelHeight, size.pixelDepth, size.frameInterval};
    for (double number : numbers) {
      calibration.add(number);
    }
    answer.add("calibration", calibration);
    JsonArray range = new JsonArray();
    range.add(image.getDisplayRangeMin());
    range.add(image.getDisplayRangeMax());
    answer.add("range", range);
    LUT lut = image.getProcessor().getLut();
    JsonArray colors = new JsonArray();
    for (int i = 0; i < 256; i++) {
      colors.add(lut.getRGB(i) & 0xffffff);
    }
    answer.add("lut", colors);
    JsonArray sums = new JsonArray();
    for (int i = 1; i <= image.getStackSize(); i++) {
      sums.add(image.getStack().getProcessor(i).getStats().mean);
    }
    answer.add("means", sums);
    return answer;
  }

  private static JsonArray colors(int count) {
    JsonArray colors = new JsonArray();
    for (int label = 0; label < count; label++) {
      colors.add(LabelColors.of(label));
    }
    return colors;
  }

  private static Calibration calibration(JsonArray numbers) {
    double[] values = new double[4];
    for (int i = 0; i < values.length; i++) {
      values[i] = numbers.get(i).isJsonNull() ? Double.NaN : numbers.get(i).getAsDouble();
    }
    return new Calibration(values[0], values[1], values[2], values[3]);
  }

  private static JsonArray json(List<Path> paths) {
    JsonArray array = new JsonArray();
    paths.forEach(path -> array.add(path.toString()));
    return array;
  }

  private static Path path(JsonObject request, String name) {
    return Paths.get(request.get(name).getAsString());
  }

  private static int[] ints(JsonArray array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).getAsInt();
    }
    return values;
  }
}
