package deepbacs.zoo.packages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import deepbacs.zoo.Golden;
import deepbacs.zoo.Packages;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class HostilePackagesTest {

  @TempDir Path folder;

  private ZooException refused(Path path) {
    return assertThrows(
        ZooException.class,
        () -> {
          try (ZooPackage found = ZooPackage.open(path)) {
            found.names().forEach(found::read);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> membersWhoseNamesLeadOutsideAreRefused() {
    String[] names = {"../evil.txt", "/evil.txt", "a/../../evil.txt", "C:/evil.txt", "a\\..\\..\\b"};
    return Arrays.stream(names)
        .map(
            name ->
                dynamicTest(
                    name,
                    () -> {
                      Map<String, byte[]> members = new LinkedHashMap<>();
                      members.put("rdf.yaml", Packages.utf8("a: 1"));
                      members.put(name, new byte[1]);
                      Path path = Packages.zip(folder.resolve("evil.zip"), members);
                      assertEquals(Kind.PACKAGE, refused(path).kind);
                    }));
  }

  @Test
  void aZipBombIsRefusedBeforeItIsUnpacked() throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    members.put("rdf.yaml", Packages.utf8("a: 1"));
    for (int index = 0; index < 10_001; index++) {
      members.put("file" + index, new byte[0]);
    }
    ZooException error = refused(Packages.zip(folder.resolve("many.zip"), members));
    assertTrue(error.getMessage().contains("more than a package can need"), error.getMessage());
  }

  @Test
  void aZipCutOffAnywhereIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(Golden.path("packages/spots.zip"));
    Path path = folder.resolve("cut.zip");
    for (int length = 0; length < whole.length; length += 997) {
      Files.write(path, Arrays.copyOf(whole, length));
      assertEquals(Kind.INTEGRITY, refused(path).kind, String.valueOf(length));
    }
  }

  @Test
  void randomDamageIsFoundOrHarmless() throws IOException {
    byte[] whole = Files.readAllBytes(Golden.path("packages/spots.zip"));
    Path path = folder.resolve("damaged.zip");
    Random random = new Random(1);
    for (int round = 0; round < 150; round++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(damaged.length)] ^= 1 << random.nextInt(8);
      Files.write(path, damaged);
      try (ZooPackage found = ZooPackage.open(path)) {
        found.names().forEach(found::read);
      } catch (ZooException error) {
        assertTrue(error.getMessage().endsWith("."), error.getMessage());
      }
    }
  }

  @Test
  void whatIsNoPackageIsNamed() throws IOException {
    assertEquals(Kind.USAGE, refused(folder.resolve("missing.zip")).kind);
    Path text = Files.write(folder.resolve("a.txt"), Packages.utf8("text"));
    assertEquals(Kind.USAGE, refused(text).kind);
    assertEquals(Kind.PACKAGE, refused(folder).kind);
    Map<String, byte[]> members = Collections.singletonMap("weights.onnx", new byte[3]);
    Path zip = Packages.zip(folder.resolve("none.zip"), members);
    assertTrue(refused(zip).getMessage().contains("no description"));
    Map<String, byte[]> two = new LinkedHashMap<>();
    two.put("a/rdf.yaml", Packages.utf8("a: 1"));
    two.put("b/rdf.yaml", Packages.utf8("a: 1"));
    ZooException error = refused(Packages.zip(folder.resolve("two.zip"), two));
    assertTrue(error.getMessage().contains("several packages"), error.getMessage());
  }

  @Test
  void aFileThatIsMissingOrLeadsOutIsRefusedInAFolderToo() throws IOException {
    Path place = Files.createDirectory(folder.resolve("package"));
    Files.write(place.resolve("data.bin"), new byte[5]);
    FolderSource source = new FolderSource(place, "package", "");
    assertEquals(5, source.size("data.bin"));
    assertEquals(Collections.singletonList("data.bin"), source.names());
    assertThrows(ZooException.class, () -> source.open("other.bin"));
    assertEquals(place.resolve("data.bin").toRealPath(), source.pathOf("data.bin").toRealPath());
    source.close();
  }

  // --- YAML --------------------------------------------------------------------------------------

  private static Map<?, ?> yaml(String text) {
    return YamlText.parse(text.getBytes(StandardCharsets.UTF_8), "rdf.yaml");
  }

  @Test
  void plainScalarsAreThoseOfTheCoreSchema() {
    Map<?, ?> found =
        yaml(
            "a: 1\nb: -0x1F\nc: 0o17\nd: 1.5e3\ne: .inf\nf: ~\ng: 'yes'\nh: yes\ni: true\n"
                + "j: 2001-01-01\nk: 123456789012345678901234567890\nl: [1, {m: n}]\no: .nan\n");
    assertEquals(1L, found.get("a"));
    assertEquals(15L, found.get("c"));
    assertEquals(1500.0, found.get("d"));
    assertEquals(Double.POSITIVE_INFINITY, found.get("e"));
    assertEquals(null, found.get("f"));
    assertEquals("yes", found.get("g"));
    assertEquals("yes", found.get("h"));
    assertEquals(true, found.get("i"));
    assertEquals("2001-01-01", found.get("j"));
    assertEquals(new BigInteger("123456789012345678901234567890"), found.get("k"));
    assertEquals(2, ((java.util.List<?>) found.get("l")).size());
    assertTrue(Double.isNaN((Double) found.get("o")));
  }

  @TestFactory
  Stream<DynamicTest> textsThatAreNoPlainMappingAreRefused() {
    StringBuilder deep = new StringBuilder("a: ");
    StringBuilder digits = new StringBuilder("a: ");
    for (int index = 0; index < 6000; index++) {
      deep.append('[');
      digits.append('9');
    }
    String[] texts = {
      "", "- 1", "a: [", "a: 1\na: 2", "a: 1\n---\nb: 2", "a: !!python/object:os.system x",
      "text", "a: *b", "? [1]\n: 2\n? [1]\n: 3", deep.toString(), digits.toString(), "a: \u0001",
      "a: &a [*a]", "{a: {b: 1, b: 2}}", "a: !!int x", "a: !!binary xx", "<<: 3"
    };
    return Arrays.stream(texts)
        .map(
            text ->
                dynamicTest(
                    text.length() > 30 ? text.substring(0, 30) : "'" + text + "'",
                    () -> {
                      try {
                        yaml(text);
                      } catch (ZooException error) {
                        assertEquals(Kind.PACKAGE, error.kind);
                        assertTrue(error.getMessage().contains("rdf.yaml"), error.getMessage());
                      }
                    }));
  }

  @Test
  void aDescriptionThatIsTooLargeIsNotParsed() {
    byte[] large = new byte[YamlText.MAX_BYTES + 1];
    assertThrows(ZooException.class, () -> YamlText.parse(large, "rdf.yaml"));
  }

  @Test
  void aDuplicateKeyIsNamedWithItsPlace() {
    ZooException error =
        assertThrows(ZooException.class, () -> yaml("inputs:\n- a: 1\n  a: 2\n"));
    assertTrue(error.getMessage().contains("a"), error.getMessage());
  }

  // --- fields ------------------------------------------------------------------------------------

  @Test
  void everyComplaintNamesThePlaceOfAField() {
    Field root = new Field("model.zip", "", yaml("a: {b: [1, x, 2.5, true]}\nc: ''\nd: []\n"));
    Field list = root.get("a").get("b");
    assertEquals(1, list.items().get(0).integer());
    assertEquals(4, list.items().size());
    ZooException error =
        assertThrows(ZooException.class, () -> list.items().get(1).integer());
    assertTrue(error.getMessage().contains("a.b.1"), error.getMessage());
    assertThrows(ZooException.class, () -> list.items().get(2).integer());
    assertThrows(ZooException.class, () -> list.items().get(0).integer(2));
    assertThrows(ZooException.class, () -> root.get("missing"));
    assertThrows(ZooException.class, () -> root.get("c").text());
    assertThrows(ZooException.class, () -> root.get("d").entries());
    assertThrows(ZooException.class, () -> root.get("a").items());
    assertThrows(ZooException.class, () -> list.mapping());
    assertThrows(
        ZooException.class, () -> list.items().get(1).choice(Arrays.asList("y", "z")));
    assertEquals("x", list.items().get(1).choice(Arrays.asList("x", "z")));
    assertEquals(null, root.find("missing"));
  }

  // --- .npy --------------------------------------------------------------------------------------

  private static byte[] npy(String header, int bytes) {
    byte[] text = (header + "\n").getBytes(StandardCharsets.ISO_8859_1);
    byte[] data = new byte[10 + text.length + bytes];
    byte[] start = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0};
    System.arraycopy(start, 0, data, 0, start.length);
    System.arraycopy(text, 0, data, 10, text.length);
    for (int index = 0; index < bytes; index++) {
      data[10 + text.length + index] = (byte) index;
    }
    return data;
  }

  private static String header(String type, boolean fortran, String shape) {
    return "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False")
        + ", 'shape': " + shape + ", }";
  }

  @TestFactory
  Stream<DynamicTest> arraysOfEveryTypeAreRead() {
    String[] types = {
      "|u1", "|i1", "<u2", ">u2", "<i2", "<u4", "<i4", "<u8", "<i8", "<f2", "<f4", ">f4", "<f8",
      ">f8", "|b1"
    };
    return Arrays.stream(types)
        .map(
            type ->
                dynamicTest(
                    type,
                    () -> {
                      int size = type.charAt(2) - '0';
                      byte[] data = npy(header(type, false, "(2, 3)"), 6 * size);
                      assertEquals(6, Npy.parse(data, "a.npy", "yx").size());
                      byte[] turned = npy(header(type, true, "(2, 3)"), 6 * size);
                      assertEquals("??", Npy.parse(turned, "a.npy", null).axes);
                    }));
  }

  @Test
  void fortranOrderIsTurned() {
    byte[] data = npy(header("|u1", true, "(2, 3)"), 6);
    double[] expected = {0, 2, 4, 1, 3, 5};
    for (int index = 0; index < 6; index++) {
      assertEquals(expected[index], Npy.parse(data, "a.npy", "yx").get(index));
    }
  }

  @TestFactory
  Stream<DynamicTest> arraysThatAreNotPlainOrNotWholeAreRefused() {
    byte[][] files = {
      new byte[0],
      Packages.utf8("no array"),
      npy(header("|O", false, "(2,)"), 16),
      npy(header("<f4", false, "(2, 3)"), 23),
      npy(header("<f4", false, "(2, 3)"), 25),
      npy(header("<f4", false, "(99999999, 99999999)"), 4),
      npy(header("<f4", false, "(-1,)"), 4),
      npy("{'descr': '<f4'}", 4),
      npy("nothing", 4),
      npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 4)
    };
    return Arrays.stream(files)
        .map(
            file ->
                dynamicTest(
                    file.length
                        + " bytes "
                        + new String(file, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", ""),
                    () -> {
                      ZooException error =
                          assertThrows(
                              ZooException.class, () -> Npy.parse(file, "a.npy", "yx"));
                      assertEquals(Kind.INTEGRITY, error.kind);
                    }));
  }
}
