package deepbacs.zoo.packages;

import java.io.UnsupportedEncodingException;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** Files of a package that its description gives by an address on the network. */
final class Addresses {

  private Addresses() {}

  /**
   * The files that have the name of an address, the likeliest first.
   *
   * <p>The name is the last part of the path that some file has: Zenodo's addresses end with {@code
   * /files/unet.py/content}. Where several folders hold such a file, the one at the top counts.
   */
  static List<String> namedBy(String address, List<String> names) {
    for (String part : parts(address)) {
      List<String> found = new ArrayList<>();
      for (String name : names) {
        if (name.substring(name.lastIndexOf('/') + 1).equals(part)) {
          found.add(name);
        }
      }
      if (!found.isEmpty()) {
        Comparator<String> depth =
            Comparator.comparingLong(name -> name.chars().filter(each -> each == '/').count());
        found.sort(depth.thenComparing(Comparator.naturalOrder()));
        return found;
      }
    }
    return Collections.emptyList();
  }

  /** The parts of the path from the last to the first, and the values of the query. */
  private static List<String> parts(String address) {
    String plain = address.split("#", 2)[0];
    String[] split = plain.split("\\?", 2);
    List<String> result = new ArrayList<>();
    for (String part : split[0].replaceFirst("^[^:]*:/*[^/]*", "").split("/")) {
      if (!part.isEmpty()) {
        result.add(0, decoded(part));
      }
    }
    for (String pair : split.length > 1 ? split[1].split("&") : new String[0]) {
      result.add(decoded(pair.substring(pair.indexOf('=') + 1)));
    }
    return result;
  }

  private static String decoded(String part) {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), "UTF-8");
    } catch (IllegalArgumentException | UnsupportedEncodingException error) {
      return part; // a % that begins no number
    }
  }
}
