package deepbacs.zoo.tests;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.images.Calibration;
import deepbacs.zoo.images.ImageShape;
import deepbacs.zoo.images.ImageSource;
import deepbacs.zoo.images.Plane;
import deepbacs.zoo.images.ReadOptions;
import deepbacs.zoo.images.ZooImage;
import ij.IJ;
import ij.ImagePlus;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;

/**
 * Reads images; a request names a {@code path}, perhaps {@code open} for ImageJ's own way, or a
 * {@code series} and a {@code channel}, and a {@code target} for its values as doubles.
 */
public final class ImagesTest {

  private ImagesTest() {}

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
    Path path = Paths.get(request.get("path").getAsString());
    try {
      ZooImage image = request.has("open") ? open(path) : read(path, request);
      ImageShape shape = image.shape;
      answer.addProperty("stem", image.stem);
      answer.addProperty("name", image.name);
      answer.addProperty("shape", shape.toString());
      answer.addProperty("dtype", shape.dtype.numpy());
      answer.addProperty("rgb", shape.rgb);
      Calibration calibration = image.calibration;
      answer.addProperty("unit", calibration.unit());
      JsonArray sizes = new JsonArray();
      for (double size :
          new double[] {
            calibration.x, calibration.y, calibration.z, calibration.frameInterval
          }) {
        sizes.add(Double.isNaN(size) ? null : size);
      }
      answer.add("sizes", sizes);
      JsonArray findings = new JsonArray();
      image.findings.forEach(finding -> findings.add(finding.rule.id + ": " + finding));
      answer.add("findings", findings);
      Files.write(Paths.get(request.get("target").getAsString()), values(image));
    } catch (ZooException error) {
      answer.addProperty("error", error.kind.python);
      answer.addProperty("message", error.getMessage());
    }
    return answer;
  }

  private static ZooImage read(Path path, JsonObject request) {
    Integer series = request.has("series") ? request.get("series").getAsInt() : null;
    String channel = request.has("channel") ? request.get("channel").getAsString() : null;
    try (ImageSource source = ImageSource.of(path, new ReadOptions(series, channel))) {
      return source.read();
    }
  }

  private static ZooImage open(Path path) {
    ImagePlus image = IJ.openImage(path.toString());
    try {
      return ZooImage.of(image);
    } finally {
      image.close();
    }
  }

  private static byte[] values(ZooImage image) {
    ImageShape shape = image.shape;
    ByteBuffer buffer =
        ByteBuffer.allocate((int) shape.pixels() * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int frame = 0; frame < shape.frames; frame++) {
      for (int slice = 0; slice < shape.slices; slice++) {
        for (int channel = 0; channel < shape.channels; channel++) {
          Plane plane = image.plane(frame, slice, channel);
          for (int index = 0; index < shape.height * shape.width; index++) {
            buffer.putDouble(plane.get(index));
          }
        }
      }
    }
    return buffer.array();
  }
}
