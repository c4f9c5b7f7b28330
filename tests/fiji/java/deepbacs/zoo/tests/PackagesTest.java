package deepbacs.zoo.tests;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.tensors.Axis;
import deepbacs.zoo.tensors.FileRef;
import deepbacs.zoo.tensors.Size;
import deepbacs.zoo.tensors.Step;
import deepbacs.zoo.tensors.TensorSpec;
import deepbacs.zoo.tensors.Weights;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Opens packages and says all that it finds in them.
 *
 * <p>A request is a list of {@code {path, files, tensors}}: names of files to read, and of {@code
 * .npy} files to read as tensors.
 */
public final class PackagesTest {

  private PackagesTest() {}

  public static void main(String[] arguments) throws Exception {
    JsonArray answers = new JsonArray();
    for (JsonElement entry : Json.request().getAsJsonArray()) {
      answers.add(answer(entry.getAsJsonObject()));
    }
    Json.answer(answers);
  }

  private static JsonObject answer(JsonObject request) throws Exception {
    Path path = Paths.get(request.get("path").getAsString());
    Path unpacked = null;
    JsonObject result;
    try (ZooPackage zoo = ZooPackage.open(path)) {
      result = described(zoo);
      JsonObject files = new JsonObject();
      for (String name : names(request, "files")) {
        files.add(name, file(zoo, new FileRef(name, null)));
      }
      for (Weights weights : zoo.weights.values()) {
        files.add("weights " + weights.format, file(zoo, weights.file));
      }
      result.add("files", files);
      JsonObject tensors = new JsonObject();
      for (String name : names(request, "tensors")) {
        tensors.add(name, tensor(zoo, new FileRef(name, null)));
      }
      for (List<TensorSpec> group : Arrays.asList(zoo.inputs, zoo.outputs)) {
        for (TensorSpec spec : group) {
          if (spec.testTensor != null && request.has("tests")) {
            tensors.add("test " + spec.id, tensor(zoo, spec.testTensor));
          }
        }
      }
      result.add("tensors", tensors);
      unpacked = temporary(zoo);
    } catch (ZooException error) {
      return Json.of(error);
    }
    if (unpacked != null && Files.exists(unpacked)) {
      throw new IllegalStateException("still there: " + unpacked);
    }
    return result;
  }

  private static List<String> names(JsonObject request, String key) {
    if (!request.has(key)) {
      return Collections.emptyList();
    }
    List<String> result = new ArrayList<>();
    for (JsonElement name : request.getAsJsonArray(key)) {
      result.add(name.getAsString());
    }
    return result;
  }

  /** A file that was unpacked and must be gone when the package is closed. */
  private static Path temporary(ZooPackage zoo) {
    for (Weights weights : zoo.weights.values()) {
      try {
        Path path = zoo.filePath(weights.file);
        return path.startsWith(zoo.path.toAbsolutePath().getParent()) ? null : path;
      } catch (ZooException error) {
        continue;
      }
    }
    return null;
  }

  private static JsonElement file(ZooPackage zoo, FileRef file) throws Exception {
    try {
      byte[] content = zoo.read(file);
      byte[] onDisk = Files.readAllBytes(zoo.filePath(file));
      if (!Arrays.equals(content, onDisk)) {
        throw new IllegalStateException(file.path);
      }
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return Json.of(String.format("%064x", new BigInteger(1, digest)));
    } catch (ZooException error) {
      return Json.of(error);
    }
  }

  private static JsonElement tensor(ZooPackage zoo, FileRef file) {
    try {
      return Json.of(zoo.tensor(file));
    } catch (ZooException error) {
      return Json.of(error);
    }
  }

  // --- the description ---------------------------------------------------------------------------

  private static JsonObject described(ZooPackage zoo) {
    JsonObject result = new JsonObject();
    result.addProperty("format_version", zoo.formatVersion);
    result.addProperty("id", zoo.id);
    result.addProperty("name", zoo.name);
    result.addProperty("version", zoo.version);
    result.addProperty("label", zoo.label());
    result.add("names", Json.of(zoo.names()));
    JsonArray findings = new JsonArray();
    zoo.findings.forEach(finding -> findings.add(Json.of(finding.parts())));
    result.add("findings", findings);
    result.add("description", Json.of(zoo.description));
    result.add("config", Json.of(zoo.config));
    result.add("inputs", tensors(zoo.inputs));
    result.add("outputs", tensors(zoo.outputs));
    JsonArray weights = new JsonArray();
    for (Map.Entry<String, Weights> entry : zoo.weights.entrySet()) {
      JsonArray one = new JsonArray();
      one.add(entry.getKey());
      one.add(entry.getValue().format);
      one.add(Json.of(entry.getValue().file));
      one.add(Json.of(entry.getValue().fields));
      weights.add(one);
    }
    result.add("weights", weights);
    return result;
  }

  private static JsonArray tensors(List<TensorSpec> specs) {
    JsonArray result = new JsonArray();
    for (TensorSpec spec : specs) {
      JsonObject one = new JsonObject();
      one.addProperty("id", spec.id);
      one.addProperty("dtype", spec.dtype.numpy());
      one.add("test_tensor", Json.of((Object) spec.testTensor));
      one.addProperty("optional", spec.optional);
      one.addProperty("pad_mode", spec.padMode);
      one.addProperty("pad_value", spec.padValue);
      JsonArray axes = new JsonArray();
      for (Axis axis : spec.axes) {
        axes.add(axis(axis));
      }
      one.add("axes", axes);
      JsonArray steps = new JsonArray();
      for (Step step : spec.steps) {
        JsonArray pair = new JsonArray();
        pair.add(step.name);
        pair.add(Json.of(step.kwargs));
        steps.add(pair);
      }
      one.add("steps", steps);
      result.add(one);
    }
    return result;
  }

  private static JsonObject axis(Axis axis) {
    JsonObject result = new JsonObject();
    result.addProperty("letter", axis.name);
    result.addProperty("id", axis.id);
    result.addProperty("halo", axis.halo);
    result.addProperty("scale", axis.scale);
    result.addProperty("unit", axis.unit);
    result.add("channel_names", Json.of(axis.channelNames));
    result.add("size", Json.of(size(axis.size)));
    return result;
  }

  private static List<Object> size(Size size) {
    switch (size.form) {
      case FIXED:
        return Arrays.<Object>asList("fixed", size.value);
      case STEPPED:
        return Arrays.<Object>asList("stepped", size.min, size.step);
      case FREE:
        return Arrays.<Object>asList(
            "free", size.min, size.max == Size.UNLIMITED ? null : size.max);
      default:
        return Arrays.<Object>asList(
            "referenced", size.tensor, String.valueOf(size.axis), size.scale, size.offset);
    }
  }
}
