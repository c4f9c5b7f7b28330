package deepbacs.zoo.tests;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.images.ImageSource;
import deepbacs.zoo.images.ZooImage;
import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.prediction.InputImages;
import deepbacs.zoo.prediction.PredictOptions;
import deepbacs.zoo.prediction.Predictor;
import deepbacs.zoo.results.LabelStack;
import deepbacs.zoo.results.Labels;
import deepbacs.zoo.results.OutputTensor;
import deepbacs.zoo.results.Result;
import deepbacs.zoo.results.ResultFiles;
import deepbacs.zoo.runner.OnnxSession;
import deepbacs.zoo.tensors.Tensor;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Runs packages on images; a request names {@code package}, {@code image}, {@code folder} for the
 * numbers, and options. With {@code save} the results are also written as a user gets them.
 */
public final class PredictionTest {

  private PredictionTest() {}

  public static void main(String[] arguments) throws IOException {
    JsonArray answers = new JsonArray();
    for (JsonElement each :
        JsonParser.parseReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
            .getAsJsonArray()) {
      answers.add(answer(each.getAsJsonObject()));
    }
    System.out.println(answers);
  }

  private static JsonObject answer(JsonObject request) throws IOException {
    JsonObject answer = new JsonObject();
    try (ZooPackage zooPackage = ZooPackage.open(path(request, "package"))) {
      PredictOptions options =
          new PredictOptions(
              request.has("memory") ? request.get("memory").getAsLong() : PredictOptions.MEMORY,
              request.has("border") && request.get("border").getAsString().equals("halo"),
              request.has("pixel_size") ? request.get("pixel_size").getAsDouble() : Double.NaN);
      Predictor planned;
      Map<String, ZooImage> read;
      try (InputImages images = images(zooPackage, request)) {
        planned = Predictor.of(zooPackage, images, options);
        read = images.read();
      }
      JsonArray passes = new JsonArray();
      try (OnnxSession session = OnnxSession.load(zooPackage)) {
        Result result =
            planned.run(session, read, (done, total) -> passes.add(done + "/" + total));
        answer.add("passes", passes);
        describe(answer, result, path(request, "folder"));
        if (request.has("save")) {
          ResultFiles.save(result, path(request, "save"), false);
        }
      }
    } catch (ZooException error) {
      answer.addProperty("error", error.kind.python);
      answer.addProperty("message", error.getMessage());
    }
    return answer;
  }

  /** One image, or with {@code images} one for each input. */
  private static InputImages images(ZooPackage zooPackage, JsonObject request) {
    if (request.has("image")) {
      return InputImages.of(zooPackage, ImageSource.of(path(request, "image")));
    }
    Map<String, ImageSource> sources = new LinkedHashMap<>();
    JsonObject named = request.getAsJsonObject("images");
    InputImages.check(zooPackage, named.keySet());
    for (String id : named.keySet()) {
      sources.put(id, ImageSource.of(path(named, id)));
    }
    return new InputImages(zooPackage, sources);
  }

  private static Path path(JsonObject request, String key) {
    return Paths.get(request.get(key).getAsString());
  }

  private static void describe(JsonObject answer, Result result, Path folder)
      throws IOException {
    Files.createDirectories(folder);
    answer.addProperty("engine", result.engine);
    answer.addProperty("tiles", result.tiles);
    answer.addProperty("objects", result.content.nObjects());
    JsonArray findings = new JsonArray();
    result.findings.forEach(finding -> findings.add(Json.of(finding.parts())));
    answer.add("findings", findings);
    JsonArray tensors = new JsonArray();
    for (OutputTensor output : result.tensors) {
      JsonObject entry = new JsonObject();
      entry.addProperty("id", output.id);
      entry.addProperty("letters", output.tensor.axes);
      entry.addProperty("dtype", output.tensor.dtype.numpy());
      entry.add("shape", json(output.tensor.shape()));
      double x = output.calibration.x;
      entry.addProperty("x", Double.isNaN(x) ? null : x);
      tensors.add(entry);
      Files.write(folder.resolve(output.id + ".bin"), doubles(output.tensor));
    }
    answer.add("tensors", tensors);
    if (result.content instanceof Labels) {
      LabelStack labels = ((Labels) result.content).stack;
      answer.add(
          "labels", json(labels.frames, labels.slices, labels.height, labels.width));
      ByteBuffer buffer =
          ByteBuffer.allocate(
                  Integer.BYTES * labels.frames * labels.slices * labels.height * labels.width)
              .order(ByteOrder.LITTLE_ENDIAN);
      for (int frame = 0; frame < labels.frames; frame++) {
        for (int slice = 0; slice < labels.slices; slice++) {
          for (int label : labels.plane(frame, slice)) {
            buffer.putInt(label);
          }
        }
      }
      Files.write(folder.resolve("labels.bin"), buffer.array());
    }
  }

  private static byte[] doubles(Tensor tensor) {
    ByteBuffer buffer =
        ByteBuffer.allocate(tensor.size() * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int index = 0; index < tensor.size(); index++) {
      buffer.putDouble(tensor.get(index));
    }
    return buffer.array();
  }

  private static JsonArray json(int... values) {
    JsonArray list = new JsonArray();
    for (int value : values) {
      list.add(value);
    }
    return list;
  }
}
