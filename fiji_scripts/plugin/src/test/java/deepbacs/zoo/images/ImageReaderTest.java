package deepbacs.zoo.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import deepbacs.zoo.Golden;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.DType;
import ij.ImagePlus;
import ij.ImageStack;
import ij.io.FileSaver;
import ij.process.ByteProcessor;
import ij.process.ColorProcessor;
import ij.process.FloatProcessor;
import ij.process.ShortProcessor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class ImageReaderTest {

  @TempDir Path folder;

  private static byte[] ramp(int count) {
    byte[] values = new byte[count];
    for (int index = 0; index < count; index++) {
      values[index] = (byte) (index * 7);
    }
    return values;
  }

  private static void assertRamp(ZooImage image) {
    Plane plane = image.plane(0, 0, 0);
    for (int index = 0; index < image.shape.height * image.shape.width; index++) {
      assertEquals(index * 7 & 255, plane.get(index), "pixel " + index);
    }
  }

  // --- files of ImageJ -----------------------------------------------------------------------------

  @Test
  void aHyperstackOfImageJKeepsItsAxesAndCalibration() {
    ImageStack stack = new ImageStack(5, 4);
    for (int plane = 0; plane < 2 * 3 * 4; plane++) {
      short[] values = new short[20];
      Arrays.fill(values, (short) plane);
      stack.addSlice(new ShortProcessor(5, 4, values, null));
    }
    ImagePlus written = new ImagePlus("stack", stack);
    written.setDimensions(2, 3, 4);
    written.getCalibration().pixelWidth = 0.1;
    written.getCalibration().pixelHeight = 0.2;
    written.getCalibration().pixelDepth = 0.5;
    written.getCalibration().setUnit("micron");
    written.getCalibration().frameInterval = 3;
    Path path = folder.resolve("stack.tif");
    new FileSaver(written).saveAsTiffStack(path.toString());
    ZooImage image = ImageReader.read(path);
    assertEquals(2, image.shape.channels);
    assertEquals(3, image.shape.slices);
    assertEquals(4, image.shape.frames);
    assertEquals(DType.UINT16, image.shape.dtype);
    assertEquals(0.1, image.calibration.x, 1e-6);
    assertEquals(0.2, image.calibration.y, 1e-6);
    assertEquals(0.5, image.calibration.z, 1e-6);
    assertEquals(3, image.calibration.frameInterval, 1e-6);
    assertEquals(1 + 2 * (2 + 3 * 3), image.plane(3, 2, 1).get(7));
    assertEquals("stack", image.stem);
    assertEquals(image.shape.toString(), ZooImage.of(written).shape.toString());
    assertEquals(5, image.withPixelSize(5).calibration.x);
  }

  @Test
  void everyTypeOfImageJIsRead() {
    ImagePlus[] images = {
      new ImagePlus("byte", new ByteProcessor(6, 5, ramp(30))),
      new ImagePlus("short", new ShortProcessor(6, 5)),
      new ImagePlus("float", new FloatProcessor(6, 5)),
      new ImagePlus("color", new ColorProcessor(6, 5))
    };
    DType[] types = {DType.UINT8, DType.UINT16, DType.FLOAT32, DType.UINT8};
    for (int index = 0; index < images.length; index++) {
      Path path = folder.resolve(images[index].getTitle() + ".tif");
      new FileSaver(images[index]).saveAsTiff(path.toString());
      ZooImage image = ImageReader.read(path);
      assertEquals(types[index], image.shape.dtype);
      assertEquals(index == 3, image.shape.rgb);
      assertEquals(index == 3 ? 3 : 1, image.shape.channels);
      ZooImage open = ZooImage.of(images[index]);
      assertEquals(image.shape.toString(), open.shape.toString());
      assertEquals(image.plane(0, 0, 0).get(9), open.plane(0, 0, 0).get(9));
      assertEquals(image.preview().channels, open.preview().channels);
    }
  }

  // --- layouts -------------------------------------------------------------------------------------

  @TestFactory
  Stream<DynamicTest> stripsOfBothByteOrdersAndSizesAreRead() {
    return Stream.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)
        .flatMap(
            order ->
                Stream.of(false, true)
                    .map(
                        big ->
                            dynamicTest(
                                order + (big ? " BigTIFF" : " classic"),
                                () -> {
                                  TiffWriter tiff = new TiffWriter(big, order);
                                  byte[] all = ramp(7 * 6);
                                  tiff.page(7, 6, 8, Arrays.copyOf(all, 21),
                                      Arrays.copyOfRange(all, 21, 42));
                                  Path path = tiff.write(folder.resolve("strips.tif"));
                                  assertRamp(ImageReader.read(path));
                                })));
  }

  @Test
  void tilesAreCutToTheImage() throws IOException {
    TiffWriter tiff = new TiffWriter(false, ByteOrder.LITTLE_ENDIAN);
    byte[] all = ramp(20 * 18);
    byte[][] tiles = new byte[4][16 * 16];
    for (int y = 0; y < 18; y++) {
      for (int x = 0; x < 20; x++) {
        tiles[y / 16 * 2 + x / 16][y % 16 * 16 + x % 16] = all[y * 20 + x];
      }
    }
    Map<Integer, Object> tags = tiff.page(20, 18, 8, tiles);
    tags.put(322, new long[] {16});
    tags.put(323, new long[] {16});
    assertRamp(ImageReader.read(tiff.write(folder.resolve("tiles.tif"))));
  }

  @Test
  void allNumberTypesAreRead() throws IOException {
    Object[][] types = {
      {8, 1L, DType.UINT8}, {8, 2L, DType.INT8}, {16, 1L, DType.UINT16}, {16, 2L, DType.INT16},
      {32, 1L, DType.UINT32}, {32, 2L, DType.INT32}, {32, 3L, DType.FLOAT32},
      {64, 3L, DType.FLOAT64}, {16, 3L, DType.FLOAT16}, {64, 1L, DType.UINT64},
      {64, 2L, DType.INT64}
    };
    for (Object[] type : types) {
      int bits = (Integer) type[0];
      for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
        TiffWriter tiff = new TiffWriter(false, order);
        ByteBuffer data = ByteBuffer.allocate(12 * bits / 8).order(order);
        for (int index = 0; index < 12; index++) {
          if ((Long) type[1] == 3 && bits == 32) {
            data.putFloat(index);
          } else if ((Long) type[1] == 3 && bits == 64) {
            data.putDouble(index);
          } else if ((Long) type[1] == 3) {
            data.putShort((short) (index == 0 ? 0 : 0x3c00)); // 1
          } else if (bits == 8) {
            data.put((byte) index);
          } else if (bits == 16) {
            data.putShort((short) index);
          } else if (bits == 32) {
            data.putInt(index);
          } else {
            data.putLong(index);
          }
        }
        tiff.page(4, 3, bits, data.array()).put(339, new long[] {(Long) type[1]});
        Path path = tiff.write(folder.resolve("type.tif"));
        try {
          ZooImage image = ImageReader.read(path);
          assertEquals(type[2], image.shape.dtype);
          double expected = type[2] == DType.FLOAT16 ? 1 : 5;
          assertEquals(expected, image.plane(0, 0, 0).get(5), type[2].toString());
          float[] part = new float[3];
          image.plane(0, 0, 0).copy(5, 3, part, 0);
          assertEquals((float) expected, part[0]);
        } catch (ZooException error) {
          assertEquals(Kind.DATA, error.kind, error.getMessage());
          assertTrue(bits == 64 || type[2] == DType.FLOAT16, error.getMessage());
        }
      }
    }
  }

  @Test
  void colorsLieInterleavedOrPlaneByPlane() throws IOException {
    for (boolean planar : new boolean[] {false, true}) {
      TiffWriter tiff = new TiffWriter(false, ByteOrder.LITTLE_ENDIAN);
      byte[][] parts = planar
          ? new byte[][] {new byte[12], ramp(12), new byte[12]}
          : new byte[][] {new byte[36]};
      if (!planar) {
        for (int index = 0; index < 12; index++) {
          parts[0][3 * index + 1] = ramp(12)[index];
        }
      }
      Map<Integer, Object> tags = tiff.page(4, 3, 8, parts);
      tags.put(262, new long[] {2});
      tags.put(277, new long[] {3});
      tags.put(278, new long[] {3});
      tags.put(284, new long[] {planar ? 2 : 1});
      ZooImage image = ImageReader.read(tiff.write(folder.resolve("rgb.tif")));
      assertTrue(image.shape.rgb);
      assertEquals(ramp(12)[5] & 255, image.plane(0, 0, 1).get(5));
      assertEquals(0, image.plane(0, 0, 0).get(5));
    }
  }

  @Test
  void oneBitAndWhiteIsZeroAreRead() throws IOException {
    TiffWriter tiff = new TiffWriter(false, ByteOrder.LITTLE_ENDIAN);
    tiff.page(10, 2, 1, new byte[] {(byte) 0b10100000, 0b01000000, 0, 0});
    ZooImage image = ImageReader.read(tiff.write(folder.resolve("bits.tif")));
    assertEquals(1, image.plane(0, 0, 0).get(0));
    assertEquals(0, image.plane(0, 0, 0).get(1));
    assertEquals(1, image.plane(0, 0, 0).get(9));
  }

  @Test
  void deflateWithBothPredictorsIsRead() throws IOException {
    TiffWriter tiff = new TiffWriter(false, ByteOrder.LITTLE_ENDIAN);
    byte[] all = ramp(8 * 5);
    byte[] differences = all.clone();
    for (int index = 39; index >= 0; index--) {
      differences[index] -= index % 8 > 0 ? all[index - 1] : 0;
    }
    Map<Integer, Object> tags = tiff.page(8, 5, 8, deflated(differences));
    tags.put(259, new long[] {8});
    tags.put(317, new long[] {2});
    assertRamp(ImageReader.read(tiff.write(folder.resolve("predictor.tif"))));
    TiffWriter real = new TiffWriter(false, ByteOrder.LITTLE_ENDIAN);
    byte[] row = new byte[4 * 4];
    for (int index = 0; index < 4; index++) {
      byte[] bytes = ByteBuffer.allocate(4).putFloat(index).array();
      for (int part = 0; part < 4; part++) {
        row[part * 4 + index] = bytes[part];
      }
    }
    for (int index = row.length - 1; index > 0; index--) {
      row[index] -= row[index - 1];
    }
    tags = real.page(4, 1, 32, deflated(row));
    tags.put(259, new long[] {8});
    tags.put(317, new long[] {3});
    tags.put(339, new long[] {3});
    ZooImage image = ImageReader.read(real.write(folder.resolve("float.tif")));
    for (int index = 0; index < 4; index++) {
      assertEquals(index, image.plane(0, 0, 0).get(index));
    }
  }

  private static byte[] deflated(byte[] data) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream stream = new DeflaterOutputStream(packed)) {
      stream.write(data);
    }
    return packed.toByteArray();
  }

  /** Java 9 and newer write TIFF themselves, an implementation that is not ours. */
  @TestFactory
  Stream<DynamicTest> compressionsOfJavasOwnWriterAreRead() {
    return Stream.of("LZW", "Deflate", "ZLib", "PackBits")
        .map(
            compression ->
                dynamicTest(
                    compression,
                    () -> {
                      if (!ImageIO.getImageWritersByFormatName("tiff").hasNext()) {
                        return; // Java 8
                      }
                      ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
                      ImageWriteParam how = writer.getDefaultWriteParam();
                      how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                      how.setCompressionType(compression);
                      BufferedImage noise =
                          new BufferedImage(150, 130, BufferedImage.TYPE_BYTE_GRAY);
                      Random random = new Random(2);
                      for (int y = 0; y < 130; y++) {
                        for (int x = 0; x < 150; x++) {
                          int value = y < 50 ? y : random.nextInt(256);
                          noise.getRaster().setSample(x, y, 0, value);
                        }
                      }
                      Path path = folder.resolve(compression + ".tif");
                      try (ImageOutputStream out = ImageIO.createImageOutputStream(path.toFile())) {
                        writer.setOutput(out);
                        writer.write(null, new IIOImage(noise, null, null), how);
                      }
                      Plane plane = ImageReader.read(path).plane(0, 0, 0);
                      for (int index = 0; index < 150 * 130; index++) {
                        assertEquals(
                            noise.getRaster().getSample(index % 150, index / 150, 0),
                            plane.get(index));
                      }
                    }));
  }

  // --- descriptions --------------------------------------------------------------------------------

  @Test
  void omeTiffHasItsOwnOrderOfPlanesAndSizes() throws IOException {
    TiffWriter tiff = new TiffWriter(false, ByteOrder.LITTLE_ENDIAN);
    for (int plane = 0; plane < 6; plane++) {
      byte[] values = new byte[12];
      Arrays.fill(values, (byte) plane);
      Map<Integer, Object> tags = tiff.page(4, 3, 8, values);
      if (plane == 0) {
        tags.put(
            270,
            "<?xml version=\"1.0\"?><OME xmlns=\"http://www.openmicroscopy.org/Schemas/OME/2016-06\">"
                + "<Image ID=\"Image:0\"><Pixels DimensionOrder=\"XYZCT\" Type=\"uint8\" SizeX=\"4\""
                + " SizeY=\"3\" SizeZ=\"2\" SizeC=\"3\" SizeT=\"1\" PhysicalSizeX=\"0.25\""
                + " PhysicalSizeY=\"250\" PhysicalSizeYUnit=\"nm\" PhysicalSizeZ=\"2\""
                + " TimeIncrement=\"500\" TimeIncrementUnit=\"ms\"><TiffData/></Pixels></Image></OME>");
      }
    }
    ZooImage image = ImageReader.read(tiff.write(folder.resolve("a.ome.tif")));
    assertEquals(2, image.shape.slices);
    assertEquals(3, image.shape.channels);
    assertEquals(5, image.plane(0, 1, 2).get(0));
    assertEquals(1, image.plane(0, 1, 0).get(0));
    assertEquals(0.25, image.calibration.x, 1e-12);
    assertEquals(0.25, image.calibration.y, 1e-12);
    assertEquals(0.5, image.calibration.frameInterval, 1e-12);
  }

  @Test
  void aResolutionInCentimetersBecomesMicrometers() throws IOException {
    TiffWriter tiff = new TiffWriter(false, ByteOrder.BIG_ENDIAN);
    Map<Integer, Object> tags = tiff.page(4, 3, 8, ramp(12));
    tags.put(282, new int[] {100000, 1});
    tags.put(283, new int[] {50000, 1});
    tags.put(296, new long[] {3});
    tags.put(270, "ImageJ=1.54p\nunit=\\u00B5m\n");
    ZooImage image = ImageReader.read(tiff.write(folder.resolve("resolution.tif")));
    assertTrue(image.calibration.isKnown(), image.calibration.toString());
  }

  @Test
  void severalPagesAreFramesOrSlicesAndAPageOfAnotherSizeIsNoPlane() throws IOException {
    TiffWriter tiff = new TiffWriter(true, ByteOrder.LITTLE_ENDIAN);
    tiff.page(4, 3, 8, ramp(12));
    tiff.page(4, 3, 8, ramp(12));
    ZooImage image = ImageReader.read(tiff.write(folder.resolve("pages.tif")));
    assertEquals(2, image.shape.planes());
    assertEquals(24, image.shape.pixels());
    assertEquals(24, image.shape.bytes());
  }

  // --- PNG and JPEG --------------------------------------------------------------------------------

  @Test
  void pngAndJpegAreReadInGrayAndColor() throws IOException {
    int[] types = {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_INT_RGB};
    for (int type : types) {
      for (String format : new String[] {"png", "jpg"}) {
        BufferedImage picture = new BufferedImage(9, 8, type);
        for (int index = 0; index < 72; index++) {
          picture.setRGB(index % 9, index / 9, 0xff808080);
        }
        Path path = folder.resolve(type + "." + format);
        ImageIO.write(picture, format, path.toFile());
        ZooImage image = ImageReader.read(path);
        assertEquals(type == BufferedImage.TYPE_INT_RGB, image.shape.rgb);
        assertEquals(8, image.shape.height);
      }
    }
    BufferedImage deep = new BufferedImage(5, 4, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setSample(2, 1, 0, 40000);
    ImageIO.write(deep, "png", folder.resolve("deep.png").toFile());
    ZooImage image = ImageReader.read(folder.resolve("deep.png"));
    assertEquals(40000, image.plane(0, 0, 0).get(7));
    BufferedImage clear = new BufferedImage(5, 4, BufferedImage.TYPE_INT_ARGB);
    ImageIO.write(clear, "png", folder.resolve("clear.png").toFile());
    assertEquals(3, ImageReader.read(folder.resolve("clear.png")).shape.channels);
    BufferedImage bits = new BufferedImage(5, 4, BufferedImage.TYPE_BYTE_BINARY);
    ImageIO.write(bits, "png", folder.resolve("bits.png").toFile());
    assertEquals(1, ImageReader.read(folder.resolve("bits.png")).shape.channels);
  }

  // --- what is refused -----------------------------------------------------------------------------

  private ZooException refused(Path path) {
    return assertThrows(ZooException.class, () -> ImageReader.read(path), path.toString());
  }

  @Test
  void filesCutOffAnywhereAreRefused() throws IOException {
    Path whole = Golden.path("packages/cells.tif");
    byte[] bytes = Files.readAllBytes(whole);
    Path png = folder.resolve("a.png");
    ImageIO.write(new BufferedImage(90, 80, BufferedImage.TYPE_BYTE_GRAY), "png", png.toFile());
    Path jpeg = folder.resolve("a.jpg");
    ImageIO.write(new BufferedImage(90, 80, BufferedImage.TYPE_BYTE_GRAY), "jpg", jpeg.toFile());
    for (int tenth = 0; tenth < 10; tenth++) {
      Path cut = folder.resolve("cut.tif");
      Files.write(cut, Arrays.copyOf(bytes, bytes.length * tenth / 10));
      assertEquals(Kind.DATA, refused(cut).kind);
      for (Path picture : new Path[] {png, jpeg}) {
        byte[] all = Files.readAllBytes(picture);
        Path part = folder.resolve("cut" + picture.getFileName());
        Files.write(part, Arrays.copyOf(all, all.length * tenth / 10));
        assertEquals(Kind.DATA, refused(part).kind);
      }
    }
  }

  @Test
  void randomDamageIsFoundOrHarmless() throws IOException {
    byte[] whole = Files.readAllBytes(Golden.path("packages/movie.tif"));
    Path path = folder.resolve("damaged.tif");
    Random random = new Random(4);
    for (int round = 0; round < 300; round++) {
      byte[] damaged = whole.clone();
      int place = random.nextBoolean() ? random.nextInt(512) : random.nextInt(damaged.length);
      damaged[place] ^= 1 << random.nextInt(8);
      Files.write(path, damaged);
      try {
        ImageReader.read(path);
      } catch (ZooException error) {
        assertFalse(error.getMessage().isEmpty());
      }
    }
  }

  @Test
  void otherFilesAreRefusedByName() throws IOException {
    assertEquals(Kind.USAGE, refused(folder.resolve("none.tif")).kind);
    Path text = Files.write(folder.resolve("a.txt"), ramp(10));
    assertEquals(Kind.USAGE, refused(text).kind);
    Path wrong = Files.write(folder.resolve("a.tif"), ramp(10));
    assertEquals(Kind.DATA, refused(wrong).kind);
    assertEquals(Kind.USAGE, refused(Files.write(folder.resolve("nosuffix"), ramp(10))).kind);
  }

  @Test
  void valuesThatAreNotFiniteAndUnknownCompressionsAreRefused() throws IOException {
    TiffWriter tiff = new TiffWriter(false, ByteOrder.LITTLE_ENDIAN);
    ByteBuffer data = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    data.putFloat(8, Float.NaN);
    tiff.page(4, 3, 32, data.array()).put(339, new long[] {3});
    assertEquals(Kind.DATA, refused(tiff.write(folder.resolve("nan.tif"))).kind);
    for (long compression : new long[] {7, 50000, 34712, 9999}) {
      TiffWriter packed = new TiffWriter(false, ByteOrder.LITTLE_ENDIAN);
      packed.page(4, 3, 8, ramp(12)).put(259, new long[] {compression});
      assertEquals(Kind.DATA, refused(packed.write(folder.resolve("packed.tif"))).kind);
    }
  }

  @Test
  void theShapeIsKnownBeforePixelsAreRead() {
    try (ImageSource source = ImageSource.of(Golden.path("packages/cells.tif"))) {
      String shape = source.shape().toString();
      assertEquals(shape, source.read().shape.toString());
    }
  }

  @Test
  void labelsHaveColorsThatStayAndZeroIsBlack() {
    assertEquals(0, LabelColors.of(0));
    assertEquals(LabelColors.of(7), LabelColors.of(7));
    assertTrue(LabelColors.table().length > 0);
  }

  @TestFactory
  Stream<DynamicTest> oddDescriptionsOfOmeAreReadOrRefused() {
    String good =
        "<?xml version='1.0'?><OME><Image><Pixels DimensionOrder='XYCZT' Type='uint8' SizeX='4'"
            + " SizeY='3' SizeZ='1' SizeC='2' SizeT='3' PhysicalSizeX='1'></Pixels></Image></OME>";
    String[][] changes = {
      {"SizeC='2'", "SizeC='x'"}, {"SizeC='2'", "SizeC='-2'"}, {"SizeC='2'", "SizeC='7'"},
      {"SizeC='2'", ""}, {"XYCZT", "XYQQQ"}, {"XYCZT", "XYTCZ"}, {"<Pixels", "<Other"},
      {"</OME>", ""}, {"PhysicalSizeX='1'", "PhysicalSizeX='1' PhysicalSizeXUnit='\u00c5'"},
      {"PhysicalSizeX='1'", "PhysicalSizeX='nan'"},
      {"PhysicalSizeX='1'", "PhysicalSizeX='1' TimeIncrement='2'"},
      {"</Pixels>", "<TiffData IFD='3' FirstC='1'/></Pixels>"},
      {"</Pixels>", "<TiffData IFD='0' PlaneCount='6'/></Pixels>"},
      {"</Pixels>", "<TiffData><UUID FileName='other.tif'>urn:uuid:1</UUID></TiffData></Pixels>"},
      {"</Image>", "</Image><Image><Pixels SizeX='1' SizeY='1'/></Image>"},
      {"<?xml version='1.0'?>", "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>"}
    };
    return Arrays.stream(changes)
        .map(
            change ->
                dynamicTest(
                    change[1].isEmpty() ? "without " + change[0] : change[1],
                    () -> {
                      TiffWriter tiff = new TiffWriter(false, ByteOrder.LITTLE_ENDIAN);
                      for (int page = 0; page < 6; page++) {
                        Map<Integer, Object> tags = tiff.page(4, 3, 8, ramp(12));
                        if (page == 0) {
                          tags.put(270, good.replace(change[0], change[1]));
                        }
                      }
                      try {
                        ZooImage image =
                            ImageReader.read(tiff.write(folder.resolve("odd.ome.tif")));
                        boolean said = !image.findings.isEmpty();
                        assertTrue(image.shape.planes() >= 6 || said, image.shape.toString());
                      } catch (ZooException error) {
                        assertEquals(Kind.DATA, error.kind, error.getMessage());
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> oddTagsAreReadOrRefused() {
    long[][] changes = {
      {256, 0}, {257, 0}, {256, 1L << 31}, {258, 7}, {258, 128}, {277, 0}, {277, 2}, {278, 0},
      {278, 4294967295L}, {284, 2}, {339, 9}, {262, 3}, {317, 9}, {317, 2}, {322, 0},
      {273, 1L << 30}, {279, 3}, {279, 1L << 31}, {338, 1}
    };
    return Arrays.stream(changes)
        .map(
            change ->
                dynamicTest(
                    "tag " + change[0] + " is " + change[1],
                    () -> {
                      TiffWriter tiff = new TiffWriter(false, ByteOrder.BIG_ENDIAN);
                      tiff.page(8, 6, 8, ramp(48)).put((int) change[0], new long[] {change[1]});
                      try {
                        ImageReader.read(tiff.write(folder.resolve("tags.tif")));
                      } catch (ZooException error) {
                        assertTrue(
                            error.kind == Kind.DATA || error.kind == Kind.HOST,
                            error.getMessage());
                      }
                    }));
  }
}
