package deepbacs.zoo.images;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.findings.Finding.Severity;
import deepbacs.zoo.findings.Rule;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.options.Text;
import java.util.ArrayList;
import java.util.List;

/** The image that is read of a file of several. */
final class SeriesChoice {

  private static final Rule SERIES_LEFT_OUT = new Rule("image-series-left-out", Severity.WARNING);
  private static final Rule ELSEWHERE = new Rule(SERIES_LEFT_OUT.id, Severity.INFO);
  private static final int MOST_NAMED = 5;
  private static final int LONGEST_NAME = 40;

  private SeriesChoice() {}

  /**
   * Refuses the number of an image that a file does not have.
   *
   * @param number the number from 1, or null for the first
   * @throws ZooException USAGE
   */
  static void check(Integer number, int count, Object where) {
    if (number != null && number > count) {
      throw new ZooException(
          Kind.USAGE,
          where,
          "it has no image of this number",
          number,
          count == 1 ? "1, as it holds one image" : "1 to " + count,
          Text.of("choose another number with ", Option.of("series")));
    }
  }

  /** Findings about images that are left out without being asked for, and those of other files. */
  static List<Finding> findings(
      TiffLayout layout, List<TiffPage> pages, Integer number, String where) {
    List<Finding> findings = new ArrayList<>();
    int held = layout.series.size();
    if (number == null && held > 1) {
      List<String> named = new ArrayList<>();
      for (int series = 0; series < Math.min(held, MOST_NAMED); series++) {
        named.add(series + 1 + " " + text(layout.series.get(series), pages));
      }
      findings.add(
          SERIES_LEFT_OUT.finding(
              where,
              "it holds " + held + " images, of which the first is read: "
                  + String.join(", ", named) + (held > MOST_NAMED ? ", ..." : ""),
              "",
              Text.of("choose another one with ", Option.of("series", 2))));
    }
    if (layout.elsewhere > 0) {
      findings.add(
          ELSEWHERE.finding(
              where,
              "its " + layout.what + " names " + (held + layout.elsewhere)
                  + " images, of which this file holds " + held,
              "",
              "give the other files, too, to have their images"));
    }
    return findings;
  }

  /** An image as it stands in a list: its name, and its sizes {@code t z c y x}. */
  private static String text(TiffSeries series, List<TiffPage> pages) {
    TiffPage page = pages.get(series.firstPage());
    int[][] block = series.block();
    int channels = Math.max(block[2].length, page.colors());
    String name = series.name;
    if (name.length() > LONGEST_NAME) {
      name = name.substring(0, LONGEST_NAME) + "...";
    }
    return (name.isEmpty() ? "without a name" : name)
        + " (" + block[0].length + "x" + block[1].length + "x" + channels + "x" + page.height + "x"
        + page.width + ")";
  }
}
