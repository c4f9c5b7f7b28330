package deepbacs.zoo.worker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ij.IJ;
import ij.ImagePlus;
import ij.measure.ResultsTable;
import ij.plugin.PlugIn;
import ij.process.ByteProcessor;
import ij.process.ColorProcessor;
import ij.process.FloatProcessor;
import ij.process.ShortProcessor;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;

/** What macros do and how they fail; each public method is a test, see {@link WorkerTest}. */
public final class MacroChecks implements PlugIn {

  private static final List<ImagePlus> NONE = Collections.emptyList();
  private static final String HERE = MacroChecks.class.getName();

  private static Path folder;

  /** Makes ImageJ ready. */
  public static void start(Path scratch) throws ReflectiveOperationException {
    folder = scratch;
    assertFalse(MacroRunner.start(scratch.toString()).isEmpty());
  }

  /** A command and a plugin that misbehaves. */
  @Override
  public void run(String argument) {
    if (argument.equals("throw")) {
      throw new IllegalStateException("the plugin broke");
    }
    IJ.error("Title", "the plugin says no");
  }

  /** For {@code call()} of a macro. */
  public static String fail() {
    throw new IllegalArgumentException("the call broke");
  }

  /** For {@code call()} of a macro. */
  public static String table() {
    ResultsTable table = new ResultsTable();
    table.incrementCounter();
    table.addValue("n", 3);
    table.addValue("name", "a");
    table.show("Own table");
    return "";
  }

  private static MacroOutcome macro(String code) {
    return MacroRunner.run(code, "argument", NONE);
  }

  private static void assertFails(String words, String code) {
    try (MacroOutcome outcome = macro(code)) {
      assertTrue(String.valueOf(outcome.failure).contains(words), outcome.failure);
    }
  }

  public void aMacroReturnsItsValueAndWhatItPrinted() {
    try (MacroOutcome outcome = macro("print('hello'); return getArgument();".replace('\'', '"'))) {
      assertNull(outcome.failure);
      assertEquals("argument", outcome.value);
      assertTrue(outcome.log.contains("hello"), outcome.log);
      assertTrue(outcome.report.contains("none"), outcome.report);
    }
  }

  public void aSyntaxErrorHasItsLine() {
    try (MacroOutcome outcome = macro("a = 1;\nb = ;\n")) {
      assertEquals(2, outcome.line);
      assertFalse(outcome.failure.isEmpty());
    }
  }

  public void everyWayToFailIsAFailure() {
    assertFails("stop here", "exit(\"stop here\");");
    assertFails("Unrecognized", "run(\"No such command\");");
    assertFails("the call broke", "call(\"" + HERE + ".fail\");");
    assertFails("none.tif", "open(\"/none/none.tif\");");
    assertFails("", "getDimensions(a, b, c, d, e);");
    assertFails("", "Dialog.create(\"x\"); Dialog.addNumber(\"a\", 1); Dialog.show();");
  }

  public void exitAloneIsNoFailure() {
    try (MacroOutcome outcome = macro("exit();")) {
      assertNull(outcome.failure);
    }
  }

  public void tablesAreGivenColumnByColumn() {
    String code =
        "setResult(\"Area\", 0, 2.5); setResult(\"Area\", 1, 3); setResult(\"Name\", 0, \"x\");"
            + " updateResults(); call(\"" + HERE + ".table\");";
    try (MacroOutcome outcome = macro(code)) {
      assertNull(outcome.failure);
      assertEquals(2, outcome.tables.size());
      assertTrue(
          outcome.tables.stream().anyMatch(table -> table.title.equals("Own table")));
      Columns results =
          outcome.tables.stream().filter(t -> t.title.equals("Results")).findFirst().get();
      assertTrue(results.names.contains("Area"));
      int area = results.names.indexOf("Area");
      assertArrayEquals(new double[] {2.5, 3}, (double[]) results.values.get(area));
    }
  }

  public void imagesComeInAndStayOpenUntilTheyAreClosed() {
    ImagePlus image = new ImagePlus("in", new ByteProcessor(4, 3, new byte[12]));
    String code = "run(\"Add...\", \"value=5\"); newImage(\"out\", \"32-bit\", 5, 4, 1);";
    MacroOutcome outcome = MacroRunner.run(code, "", Collections.singletonList(image));
    try {
      assertNull(outcome.failure);
      assertEquals(2, outcome.images.size());
      assertEquals(5, outcome.images.get(0).getProcessor().get(3));
      assertEquals("float32", outcome.header(1).dtype);
      assertArrayEquals(new int[] {1, 1, 1, 4, 5}, outcome.header(1).shape());
    } finally {
      outcome.close();
    }
    try (MacroOutcome next = macro("return \"\" + nImages;")) {
      assertEquals("0", next.value);
    }
  }

  public void aMacroThatIsAbortedStops() throws Exception {
    MacroTask task = new MacroTask("{\"code\": \"while (true) { a = 1; }\"}");
    task.start();
    assertFalse(task.await(300));
    task.abort();
    assertTrue(task.await(20_000));
    MacroTask next = new MacroTask("{\"code\": \"return '7';\"}");
    next.add(new ImagePlus("a", new ByteProcessor(2, 2)));
    next.start();
    assertTrue(next.await(20_000));
    assertEquals("7", next.outcome().value);
    next.outcome().close();
  }

  // --- requests and replies ------------------------------------------------------------------------

  private static JsonObject answer(String line) throws Exception {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    Method answer = Worker.class.getDeclaredMethod("answer", Request.class, Replies.class);
    answer.setAccessible(true);
    answer.invoke(null, Request.parse(line), new Replies(output));
    String text = output.toString("UTF-8");
    assertEquals(Replies.MARK, text.charAt(0));
    return JsonParser.parseString(text.substring(1)).getAsJsonObject();
  }

  public void aRequestIsAnsweredWithValuesTablesAndPixels() throws Exception {
    Path input = Files.write(folder.resolve("in.raw"), new byte[] {1, 2, 3, 4, 5, 6});
    Path output = folder.resolve("out.raw");
    JsonObject found =
        answer(
            "{\"code\": \"setResult('A', 0, NaN); call('"
                .concat(HERE)
                .concat(".table'); return 'v';\", \"argument\": \"\", \"more\": [1], \"input\": \"")
                .replace("'", "\\\"")
                + input
                + "\", \"output\": \""
                + output
                + "\", \"images\": [{\"title\": \"a\", \"dtype\": \"uint8\", \"rgb\": false,"
                + " \"shape\": [1, 1, 1, 2, 3], \"sizes\": [NaN, 0.2, 0.1, 4], \"x\": 1}]}");
    assertEquals("v", found.get("value").getAsString(), found.toString());
    assertEquals(1, found.getAsJsonArray("images").size());
    assertEquals(2, found.getAsJsonArray("tables").size());
    assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6}, Files.readAllBytes(output));
  }

  public void resultsOfAScriptAreGivenByName() throws Exception {
    JsonObject found =
        answer(
            "{\"code\": \"a = 2; b = 'x'; c = newArray(1, 'y'); newImage('n', '8-bit', 4, 4, 1);"
                + " d = getImageID(); exit();\", \"outputs\": {\"a\": \"int\", \"b\": \"String\","
                + " \"c\": \"Object\", \"d\": \"ImagePlus\", \"e\": \"Object\"}, \"output\": \""
                + folder.resolve("named.raw")
                + "\"}");
    assertEquals(
        "{\"a\":2.0,\"b\":\"x\",\"c\":[1.0,\"y\"],\"d\":{\"image\":0},\"e\":null}",
        found.get("outputs").getAsString(),
        found.toString());
  }

  public void theRoiManagerNeedsNoWindow() {
    String code =
        "newImage(\"n\", \"8-bit\", 9, 9, 1); makeRectangle(1, 2, 3, 4); roiManager(\"Add\");"
            + " a = isOpen(\"ROI Manager\"); roiManager(\"Delete\"); close(\"ROI Manager\");"
            + " return \"\" + a + isOpen(\"ROI Manager\") + roiManager(\"count\");";
    try (MacroOutcome outcome = macro(code)) {
      assertNull(outcome.failure);
      assertEquals("1", outcome.value);
    }
    assertFails("does not have a selection",
        "newImage(\"n\", \"8-bit\", 9, 9, 1); roiManager(\"Add\");");
  }

  public void optionsAreReadAndTheirKeysFound() {
    assertEquals(
        java.util.Arrays.asList("a", "path", "c"),
        DialogOptions.keys("a=1 word path=[x y=2 [z]] c=d=3 "));
    assertFails("'abc' and not a number",
        "newImage(\"n\", \"8-bit\", 9, 9, 1); run(\"Add...\", \"value=abc\");");
  }

  public void tracesThatArePrintedAreSeen() {
    assertNull(Unhooked.ofLog("java.lang.Exception is a class\n", 1));
    Failure failure =
        Unhooked.ofLog(
            "hello\njava.lang.reflect.InvocationTargetException\n\tat a.b(C.java:1)\n"
                + "Caused by: java.io.IOException: no\n\tat a.b(C.java:2)\n",
            7);
    assertEquals("java.io.IOException: no", failure.message);
    assertEquals(7, failure.line);
  }

  public void aFailureHasNoImages() throws Exception {
    JsonObject found =
        answer(
            "{\"code\": \"exit(\\\"no\\\");\", \"input\": null, \"output\": \"x\", \"images\": []}");
    assertEquals("no", found.get("failure").getAsString());
    assertEquals(0, found.getAsJsonArray("images").size());
  }

  public void whatIsNoRequestIsRefused() {
    assertThrows(Exception.class, () -> Request.parse("[1]"));
    assertThrows(IOException.class, () -> Request.parse("{"));
  }

  public void readinessAndErrorsAreRepliesToo() throws IOException {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    Replies replies = new Replies(output);
    replies.ready("1.54p");
    replies.error("no space");
    String[] lines = output.toString("UTF-8").split("\n");
    assertTrue(lines[0].contains("1.54p") && lines[0].contains("heap"), lines[0]);
    assertTrue(lines[1].contains("no space"), lines[1]);
  }

  // --- pixels --------------------------------------------------------------------------------------

  private static ImagePlus signed() {
    ImagePlus image = new ImagePlus("signed", new ShortProcessor(3, 2));
    image.getCalibration().setSigned16BitCalibration();
    return image;
  }

  public void imagesOfEveryTypePassThroughFilesAndMemory() throws IOException {
    ColorProcessor color = new ColorProcessor(3, 2);
    color.set(4, 0x123456);
    FloatProcessor real = new FloatProcessor(3, 2);
    real.setf(5, 1.5f);
    ShortProcessor whole = new ShortProcessor(3, 2);
    whole.set(1, 40000);
    ImagePlus[] images = {
      new ImagePlus("byte", new ByteProcessor(3, 2)), new ImagePlus("short", whole),
      new ImagePlus("float", real), new ImagePlus("color", color)
    };
    for (ImagePlus image : images) {
      image.getCalibration().setUnit("micron");
      image.getCalibration().pixelWidth = 0.1;
      image.getCalibration().pixelHeight = 0.2;
      ImageHeader header = ImageHeader.of(image);
      Path path = folder.resolve(image.getTitle());
      try (FileChannel file =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        Pixels.write(image, PixelStream.writing(file));
      }
      assertEquals(header.bytes(), Files.size(path));
      ImagePlus read;
      try (FileChannel file = FileChannel.open(path)) {
        read = Pixels.read(header, PixelStream.reading(file));
      }
      ByteBuffer memory =
          ByteBuffer.allocateDirect((int) header.bytes()).order(ByteOrder.nativeOrder());
      Pixels.write(image, PixelStream.of(new ByteBuffer[] {memory}));
      ((java.nio.Buffer) memory).rewind();
      ImagePlus shared = Pixels.read(header, PixelStream.of(new ByteBuffer[] {memory}));
      for (int index = 0; index < 6; index++) {
        float value = image.getProcessor().getf(index);
        assertEquals(value, read.getProcessor().getf(index));
        assertEquals(value, shared.getProcessor().getf(index));
      }
      assertEquals(0.1, read.getCalibration().pixelWidth, 1e-12);
    }
    assertEquals("int16", ImageHeader.of(signed()).dtype);
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new ImageHeader("a", "int64", new int[] {1, 1, 1, 1, 1}, false, new double[4], new Metadata())
                .bytes());
  }

  public void pixelsThatAreMissingAreAnError() throws IOException {
    Path path = Files.write(folder.resolve("short.raw"), new byte[3]);
    ImageHeader header =
        new ImageHeader("a", "uint16", new int[] {1, 1, 1, 2, 3}, false, new double[4], new Metadata());
    try (FileChannel file = FileChannel.open(path)) {
      assertThrows(
          EOFException.class, () -> Pixels.read(header, PixelStream.reading(file)));
    }
  }

  // --- what is printed -----------------------------------------------------------------------------

  public void ofEndlessPrintingBeginningAndEndAreKept() {
    Capture capture = new Capture();
    capture.stream().print("begin");
    byte[] block = new byte[1 << 20];
    java.util.Arrays.fill(block, (byte) '.');
    for (int round = 0; round < 7; round++) {
      capture.write(block, 0, block.length);
    }
    capture.write('!');
    String text = capture.text();
    assertTrue(text.startsWith("begin"));
    assertTrue(text.trim().endsWith("!"), text.substring(text.length() - 50));
    assertTrue(text.length() < 5 << 20);
  }
}
