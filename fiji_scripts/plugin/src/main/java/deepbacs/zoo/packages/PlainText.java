package deepbacs.zoo.packages;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Text as people save it: UTF-8 or UTF-16, with or without a byte order mark, any line end. */
final class PlainText {

  private PlainText() {}

  /**
   * The text, without the mark and with lines that end with a line feed.
   *
   * @throws ZooException PACKAGE: it is in another encoding, such as Latin-1
   */
  static String decoded(byte[] data, String document) {
    boolean marked = starts(data, 0xef, 0xbb, 0xbf);
    boolean wide = starts(data, 0xff, 0xfe) || starts(data, 0xfe, 0xff);
    Charset charset = wide ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
    ByteBuffer bytes = ByteBuffer.wrap(data, marked ? 3 : 0, data.length - (marked ? 3 : 0));
    CharBuffer text = CharBuffer.allocate(data.length + 1);
    CharsetDecoder decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    if (decoder.decode(bytes, text, true).isError()) {
      int line = 1;
      for (int index = 0; index < bytes.position(); index++) {
        line += data[index] == '\n' ? 1 : 0;
      }
      throw new ZooException(
          Kind.PACKAGE,
          document,
          "the description is not UTF-8 text",
          "line " + line,
          "one YAML document in UTF-8",
          "save the file as UTF-8, or get the package again");
    }
    text.flip();
    return text.toString().replace("\r\n", "\n").replace('\r', '\n');
  }

  private static boolean starts(byte[] data, int... mark) {
    boolean equal = data.length >= mark.length;
    for (int index = 0; equal && index < mark.length; index++) {
      equal = (data[index] & 0xff) == mark[index];
    }
    return equal;
  }
}
