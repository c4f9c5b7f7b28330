package deepbacs.zoo.images;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.results.Content;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Reads TIFF (ImageJ hyperstack, OME-TIFF, plain), PNG and JPEG without a dialog or a window.
 *
 * <p>What a file is, its first bytes say; its suffix only whether it is looked at.
 */
public final class ImageReader {

  private static final List<String> SUFFIXES =
      Arrays.asList(".jpeg", ".jpg", ".png", ".tif", ".tiff");
  private static final int LONGEST_REASON = 120;

  private ImageReader() {}

  /** Reads a file from its begin to its end; see {@link ImageSource}. */
  public static ZooImage read(Path path) {
    try (ImageSource source = ImageSource.of(path)) {
      return source.read();
    }
  }

  /** Opens a file; see {@link ImageSource#of(Path, ReadOptions)}. */
  static ImageSource open(Path path, ReadOptions options) {
    checkPath(path);
    return guarded(path, () -> new FileSource(path, content(path, options)));
  }

  /** A file whose sizes are known. */
  interface Content extends AutoCloseable {

    ImageShape shape();

    Calibration calibration();

    /** Names of the channels of an image that is not RGB; empty where they are not known. */
    default List<String> channelNames() {
      return Collections.emptyList();
    }

    /** What was left out of the file, or taken as something else. */
    default List<Finding> findings() {
      return Collections.emptyList();
    }

    ZooImage.Planes planes() throws IOException;

    @Override
    void close() throws IOException;
  }

  /** Reads a part of a file. */
  private interface Part<T> {
    T read() throws IOException;
  }

  private static Content content(Path path, ReadOptions options) throws IOException {
    byte[] begin = new byte[4];
    try (InputStream stream = Files.newInputStream(path)) {
      int count = 0;
      for (int read = 0; read >= 0 && count < begin.length; count += Math.max(read, 0)) {
        read = stream.read(begin, count, begin.length - count);
      }
    }
    if ((begin[0] & 0xff) == 0x89 && begin[1] == 'P' && begin[2] == 'N' && begin[3] == 'G') {
      SeriesChoice.check(options.series, 1, path);
      return PngJpegReader.png(path);
    }
    if ((begin[0] & 0xff) == 0xff && (begin[1] & 0xff) == 0xd8) {
      SeriesChoice.check(options.series, 1, path);
      return PngJpegReader.jpeg(path);
    }
    return TiffReader.open(path, options);
  }

  private static <T> T guarded(Path path, Part<T> part) {
    try {
      return part.read();
    } catch (AccessDeniedException error) {
      throw notReadable(path, error);
    } catch (IOException | ArithmeticException | NegativeArraySizeException error) {
      throw damaged(path, error);
    } catch (OutOfMemoryError error) {
      throw tooLarge(path, error);
    }
  }

  private static final class FileSource implements ImageSource {
    private final Path path;
    private final Content content;

    FileSource(Path path, Content content) {
      this.path = path;
      this.content = content;
    }

    @Override
    public String name() {
      return path.toString();
    }

    @Override
    public String stem() {
      return ZooImage.stemOf(path);
    }

    @Override
    public ImageShape shape() {
      return content.shape();
    }

    @Override
    public Calibration calibration() {
      return content.calibration();
    }

    @Override
    public List<String> channelNames() {
      List<String> names = shape().rgb ? ChannelNames.COLORS : content.channelNames();
      return names.size() == shape().channels ? names : Collections.emptyList();
    }

    @Override
    public List<Finding> findings() {
      return content.findings();
    }

    @Override
    public ZooImage read() {
      return guarded(
          path,
          () ->
              new ZooImage(
                      path,
                      name(),
                      stem(),
                      shape(),
                      calibration(),
                      findings(),
                      content.planes())
                  .checked());
    }

    @Override
    public void close() {
      try {
        content.close();
      } catch (IOException error) {
        return; // it was only read
      }
    }
  }

  private static void checkPath(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new ZooException(
          Kind.USAGE,
          path,
          "no such image file",
          null,
          "a file that ends with " + String.join(", ", SUFFIXES),
          "check the path");
    }
    String name = String.valueOf(path.getFileName());
    int dot = name.lastIndexOf('.');
    String suffix = dot > 0 ? name.substring(dot).toLowerCase(Locale.ROOT) : "";
    if (!SUFFIXES.contains(suffix)) {
      throw new ZooException(
          Kind.USAGE,
          path,
          "not a kind of image that can be read",
          suffix.isEmpty() ? "no suffix" : suffix,
          String.join(", ", SUFFIXES),
          "save it as TIFF, in ImageJ with File > Save As > Tiff");
    }
  }

  private static ZooException notReadable(Path path, Throwable error) {
    return new ZooException(
        Kind.HOST,
        path,
        "the file may not be read",
        "Permission denied",
        "a file that its user may read",
        "change its permissions",
        error);
  }

  private static ZooException damaged(Path path, Throwable error) {
    String reason = error.getMessage();
    String line = reason == null || reason.isEmpty() ? error.getClass().getSimpleName() : reason;
    line = line.split("\\R", 2)[0];
    return new ZooException(
        Kind.DATA,
        path,
        "the file is cut off or damaged",
        line.substring(0, Math.min(line.length(), LONGEST_REASON)),
        "a complete TIFF, PNG or JPEG file",
        "copy it again from its source",
        error);
  }

  private static ZooException tooLarge(Path path, Throwable error) {
    return new ZooException(
        Kind.HOST,
        path,
        "the image does not fit into memory",
        "out of memory",
        "an image smaller than the memory of this computer",
        "if the image is not that large the file is damaged, copy it again from its source",
        error);
  }
}
