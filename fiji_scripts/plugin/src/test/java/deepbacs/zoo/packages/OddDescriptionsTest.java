package deepbacs.zoo.packages;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonObject;
import deepbacs.zoo.Packages;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.images.ImageSource;
import deepbacs.zoo.prediction.InputImages;
import deepbacs.zoo.prediction.PredictOptions;
import deepbacs.zoo.prediction.Predictor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import ij.IJ;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Descriptions with one line changed are read, or refused with a sentence: nothing else happens. */
class OddDescriptionsTest {

  private static final String[] VALUES = {
    "-1", "0", "1", "3", "1.5", "text", "''", "[]", "{}", "null", "true", "1e99", "[1, 2]",
    "[1.0, 2.0]", "{a: 1}", "x", "channel", "float64", "../up", "http://example.org/a", ".nan"
  };
  private static final int ROUNDS = 25;

  @TempDir static Path folder;

  @BeforeAll
  static void unpack() throws IOException {
    Packages.unpack(folder);
  }

  @TestFactory
  Stream<DynamicTest> oneOddLineIsReadOrRefused() throws IOException {
    Set<String> texts = new LinkedHashSet<>();
    for (JsonObject entry : Packages.entries()) {
      Path path = Packages.path(folder, entry);
      if (!entry.has("error") && Files.isRegularFile(path)) {
        texts.add(entry.get("name").getAsString() + "\n" + description(path));
      }
    }
    texts.add("spots\n" + description(deepbacs.zoo.Golden.path("packages/spots.zip")));
    texts.add("boxes\n" + description(deepbacs.zoo.Golden.path("packages/boxes.zip")));
    return texts.stream()
        .map(text -> text.split("\n", 2))
        .map(parts -> dynamicTest(parts[0], () -> change(parts[1], parts[0].hashCode())));
  }

  private static String description(Path zip) throws IOException {
    try (ZipFile archive = new ZipFile(zip.toFile(), ZipNames.OLD)) {
      String name =
          archive.stream()
              .map(entry -> entry.getName())
              .filter(each -> each.endsWith(".yaml"))
              .findFirst()
              .get();
      try (InputStream stream = archive.getInputStream(archive.getEntry(name))) {
        return new String(Packages.readAll(stream), StandardCharsets.UTF_8);
      }
    }
  }

  private static void change(String text, int seed) throws IOException {
    Random random = new Random(seed);
    Path place = Files.createTempDirectory(folder, "odd");
    for (int round = 0; round < ROUNDS; round++) {
      List<String> lines = Arrays.asList(text.split("\n"));
      int number = random.nextInt(lines.size());
      String line = lines.get(number);
      int colon = line.indexOf(':');
      String value = VALUES[random.nextInt(VALUES.length)];
      if (random.nextInt(5) == 0) {
        lines.set(number, "");
      } else if (colon > 0) {
        lines.set(number, line.substring(0, colon + 1) + " " + value);
      } else {
        lines.set(number, line.replaceFirst("[^- ].*", value));
      }
      Files.write(place.resolve("rdf.yaml"), Packages.utf8(String.join("\n", lines)));
      try (ZooPackage found = ZooPackage.open(place)) {
        ImageSource image =
            ImageSource.of(IJ.createHyperStack("image", 48, 40, 1, 2, 2, Byte.SIZE));
        PredictOptions options = new PredictOptions(1 << 22, round % 2 == 0, Double.NaN);
        Predictor.of(found, InputImages.of(found, image), options);
      } catch (ZooException error) {
        assertTrue(error.getMessage().contains("; allowed: "), error.getMessage());
      }
    }
  }
}
