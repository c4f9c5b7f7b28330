package deepbacs.zoo.images;

import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.findings.Finding.Severity;
import deepbacs.zoo.findings.Rule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Stacks whose pages lie in the order of named axes: tifffile's, ImageJ's, and plain ones. */
final class TiffStacks {

  private static final Rule PAGES_LEFT_OUT = new Rule("image-pages-left-out", Severity.WARNING);
  private static final Rule COPIES = new Rule(PAGES_LEFT_OUT.id, Severity.INFO);
  private static final Rule ALL_SLICES = new Rule(TiffSeries.AXIS_ASSUMED.id, Severity.WARNING);
  /** Ratios of one level of a pyramid to the next, as tifffile has them. */
  private static final int[] SCALES = {2, 3, 4};

  private static final Pattern SHAPE = Pattern.compile("\"shape\":\\s*\\[([0-9, ]*)\\]");
  private static final Pattern OLD_SHAPE = Pattern.compile("^shape=\\(([0-9, ]*)\\)");
  private static final Pattern AXES = Pattern.compile("\"axes\":\\s*\"([A-Za-z]*)\"");
  private static final Pattern NAME = Pattern.compile("\"name\":\\s*\"([^\"\\\\]*)\"");
  private static final Pattern TRUNCATED = Pattern.compile("\"truncated\":\\s*true");

  private final TiffFile file;
  private final List<TiffPage> pages;
  private final String where;

  TiffStacks(TiffFile file, String where) {
    this.file = file;
    this.pages = file.pages;
    this.where = where;
  }

  // --- pages without a description ---------------------------------------------------------------

  /**
   * Images of pages without a description: pages of one size and type are slices.
   *
   * <p>Smaller copies of an image (those that say so, and levels of a pyramid) are no images.
   */
  TiffLayout plain() {
    return plain(numbers(pages.size()));
  }

  private TiffLayout plain(List<Integer> numbers) {
    List<List<Integer>> groups = groups(numbers);
    List<List<Integer>> full = new ArrayList<>(groups);
    full.removeIf(group -> pages.get(group.get(0)).isReduced);
    List<List<Integer>> images = withoutLevels(full);
    if (images.isEmpty() && numbers.size() == pages.size()) {
      images = groups;
    }
    TiffLayout layout = new TiffLayout("description");
    TreeSet<Integer> copies = new TreeSet<>(numbers);
    for (List<Integer> group : images) {
      int[] size = {group.size()};
      layout.series.addAll(new PlaneAxes("Q", size, where).arranged(group, new TiffSeries()));
      copies.removeAll(group);
    }
    addCopies(layout, copies);
    return layout;
  }

  /** Numbers of pages by their kinds, in the order of the first of each kind. */
  private List<List<Integer>> groups(List<Integer> numbers) {
    List<List<Integer>> groups = new ArrayList<>();
    for (int number : numbers) {
      List<Integer> alike = null;
      for (List<Integer> group : groups) {
        alike = pages.get(group.get(0)).isLike(pages.get(number)) ? group : alike;
      }
      if (alike == null) {
        alike = new ArrayList<>();
        groups.add(alike);
      }
      alike.add(number);
    }
    return groups;
  }

  private List<List<Integer>> withoutLevels(List<List<Integer>> groups) {
    List<List<List<Integer>>> pyramids = new ArrayList<>();
    for (List<Integer> group : groups) {
      List<List<Integer>> above = null;
      for (List<List<Integer>> levels : pyramids) {
        above = above == null && isLevel(levels, group) ? levels : above;
      }
      if (above == null) {
        above = new ArrayList<>();
        pyramids.add(above);
      }
      above.add(group);
    }
    List<List<Integer>> images = new ArrayList<>();
    pyramids.forEach(levels -> images.add(levels.get(0)));
    return images;
  }

  /** True if pages are the next level of a pyramid. */
  private boolean isLevel(List<List<Integer>> levels, List<Integer> group) {
    TiffPage top = pages.get(levels.get(0).get(0));
    TiffPage page = pages.get(group.get(0));
    if (group.size() != levels.get(0).size() || !page.isOfType(top)) {
      return false;
    }
    for (int scale : SCALES) {
      boolean fits = true;
      for (int level = 0; level < levels.size(); level++) {
        TiffPage above = pages.get(levels.get(level).get(0));
        boolean last = level + 1 == levels.size();
        TiffPage below = last ? page : pages.get(levels.get(level + 1).get(0));
        fits &= isPart(above.height, below.height, scale);
        fits &= isPart(above.width, below.width, scale);
      }
      if (fits) {
        return true;
      }
    }
    return false;
  }

  private static boolean isPart(int whole, int size, int scale) {
    return size == whole / scale || size == (whole + scale - 1) / scale;
  }

  private void addCopies(TiffLayout layout, Collection<Integer> numbers) {
    if (!numbers.isEmpty()) {
      layout.findings.add(
          COPIES.finding(
              where,
              "it holds smaller copies of its images, which are left out (page"
                  + (numbers.size() > 1 ? "s " : " ") + ranges(numbers) + ")"));
    }
  }

  private static String ranges(Collection<Integer> numbers) {
    return TiffSeries.ranges(numbers.stream().mapToInt(Integer::intValue).toArray());
  }

  private static List<Integer> numbers(int count) {
    List<Integer> numbers = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      numbers.add(number);
    }
    return numbers;
  }

  // --- pages that no image names -----------------------------------------------------------------

  /** Adds findings about pages that none of the images has. */
  TiffLayout withOtherPages(TiffLayout layout) {
    TreeSet<Integer> rest = new TreeSet<>(numbers(pages.size()));
    layout.series.forEach(series -> rest.removeAll(series.pages()));
    TreeSet<Integer> copies = new TreeSet<>(rest);
    copies.removeIf(number -> !pages.get(number).isReduced);
    rest.removeAll(copies);
    addCopies(layout, copies);
    if (!rest.isEmpty()) {
      layout.findings.add(
          PAGES_LEFT_OUT.finding(
              where,
              "its " + layout.what + " does not name all of its " + pages.size()
                  + " pages; left out: " + ranges(rest),
              "",
              "open it in Fiji with File > Import > Bio-Formats to see all pages"));
    }
    return layout;
  }

  /**
   * A finding about images below a page (SubIFDs) that are larger than it.
   *
   * <p>Smaller ones are levels of a pyramid, and nothing is lost without them.
   */
  List<Finding> subPages(TiffPage page) throws IOException {
    for (long place : page.below) {
      TiffPage below = file.pageAt(place);
      if (below.height > page.height || below.width > page.width) {
        return Collections.singletonList(
            PAGES_LEFT_OUT.finding(
                where,
                "below its first page (" + page.height + "x" + page.width + ") lies a larger image "
                    + "(" + below.height + "x" + below.width + "), which is left out",
                "",
                "open it in Fiji with File > Import > Bio-Formats and save the image as TIFF"));
      }
    }
    return Collections.emptyList();
  }

  // --- tifffile ----------------------------------------------------------------------------------

  /** True if a page says the shape of an array. */
  static boolean isShaped(TiffPage page) {
    return page.descriptions.stream().limit(2).anyMatch(TiffStacks::isShape);
  }

  /** True if a description says the shape of an array. */
  static boolean isShape(String text) {
    return text.startsWith("{") && text.contains("\"shape\":") || text.startsWith("shape=");
  }

  /**
   * Images of a file of tifffile: the first page of each says the shape of its array.
   *
   * <p>Pages that none of them names are images as those of a plain file.
   */
  TiffLayout shaped() throws Damaged {
    TiffLayout layout = new TiffLayout("description");
    List<Integer> others = new ArrayList<>();
    for (int number = 0; number < pages.size(); ) {
      TiffPage page = pages.get(number);
      boolean copy = !layout.series.isEmpty() && page.isReduced;
      int count = copy || !isShaped(page) ? 0 : shaped(number, layout);
      if (count == 0) {
        others.add(number);
      }
      number += Math.max(count, 1);
    }
    TiffLayout plain = plain(others);
    layout.series.addAll(plain.series);
    layout.findings.addAll(plain.findings);
    return layout;
  }

  /** Adds the images of an array that begins with a page, and returns the number of its pages. */
  private int shaped(int number, TiffLayout layout) throws Damaged {
    TiffPage page = pages.get(number);
    String text = page.descriptions.stream().filter(TiffStacks::isShape).findFirst().orElse("");
    Matcher stated = (text.startsWith("{") ? SHAPE : OLD_SHAPE).matcher(text);
    if (!stated.find()) {
      return 0;
    }
    int[] shape = numbers(stated.group(1));
    long values = 1;
    for (int size : shape) {
      values = Math.multiplyExact(values, size);
    }
    long inPage = Math.multiplyExact((long) page.height * page.width, (long) page.samples);
    long planes = values / inPage;
    int outer = outer(shape, planes);
    if (values < 1 || values % inPage != 0 || outer < 0) {
      return 0;
    }
    Matcher named = AXES.matcher(text);
    String axes = named.find() && named.group(1).length() == shape.length ? named.group(1) : "";
    char[] unknown = new char[shape.length];
    Arrays.fill(unknown, 'Q');
    axes = axes.isEmpty() ? new String(unknown) : axes;
    TiffSeries base = new TiffSeries();
    Matcher name = NAME.matcher(text);
    base.name = name.find() ? name.group(1) : "";
    PlaneAxes order =
        new PlaneAxes(axes.substring(0, outer), Arrays.copyOf(shape, outer), where);
    int left = pages.size() - number;
    if (planes > 1 && page.isContiguous() && (left == 1 || TRUNCATED.matcher(text).find())) {
      base.behind = number;
      layout.series.addAll(order.arranged(behind(page, planes), base));
      return 1;
    }
    List<Integer> numbers = numbers((int) Math.min(planes, left));
    numbers.replaceAll(each -> each + number);
    layout.series.addAll(order.arranged(numbers, base));
    return numbers.size();
  }

  /** The number of the axes whose planes are pages, or -1. */
  private static int outer(int[] shape, long planes) {
    long count = 1;
    for (int axis = 0; axis <= shape.length; axis++) {
      if (count == planes) {
        return axis;
      }
      count *= axis < shape.length ? shape[axis] : 1;
    }
    return -1;
  }

  private static int[] numbers(String list) {
    return Arrays.stream(list.split("[, ]+"))
        .filter(each -> !each.isEmpty())
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  /** Numbers of planes that lie behind the begin of a page without pages of their own. */
  private List<Integer> behind(TiffPage page, long count) throws Damaged {
    long end = page.offsets[0] + Math.multiplyExact(count, page.bytes());
    if (end > file.size) {
      throw new Damaged("page " + count + " would end at byte " + end + " of " + file.size);
    }
    return numbers((int) count);
  }

  // --- ImageJ ------------------------------------------------------------------------------------

  /**
   * The image of a file of ImageJ.
   *
   * <p>Where the numbers of the description do not fit the pages, ImageJ takes all pages for
   * slices. Fewer pages than it names are the first of them.
   */
  TiffLayout imagej(Map<String, String> stated) throws Damaged {
    TiffLayout layout = new TiffLayout("ImageJ description");
    TiffPage page = pages.get(0);
    List<Integer> numbers = numbers(pages.size());
    numbers.removeIf(number -> !pages.get(number).isLike(page));
    int channels = count(stated, "channels");
    TiffSeries base = new TiffSeries();
    if (page.samples > 1 && page.samples == channels) {
      // Bio-Formats may declare separate samples as channels; ImageJ writes color pictures so.
      base.samplesAreChannels = page.planar;
      channels = 1;
    }
    String axes = order(stated.getOrDefault("order", ""));
    int[] sizes = new int[axes.length()];
    long planes = 1;
    for (int axis = 0; axis < sizes.length; axis++) {
      char name = axes.charAt(axis);
      sizes[axis] =
          name == 'T' ? count(stated, "frames") : name == 'Z' ? count(stated, "slices") : channels;
      planes = Math.multiplyExact(planes, sizes[axis]);
    }
    if (planes == 1) { // early versions wrote the number of images only
      axes = "Q";
      planes = numbers.size() > 1 ? numbers.size() : count(stated, "images");
      sizes = new int[] {(int) planes};
    } else if (numbers.size() > planes) {
      layout.findings.add(allSlices(planes, numbers.size()));
      axes = "Z";
      planes = numbers.size();
      sizes = new int[] {numbers.size()};
    }
    if (pages.size() == 1 && planes > 1 && page.isContiguous()) {
      // Large stacks have one page, with all planes behind each other.
      base.behind = 0;
      numbers = behind(page, planes);
    }
    layout.series.addAll(new PlaneAxes(axes, sizes, where).arranged(numbers, base));
    return layout;
  }

  private Finding allSlices(long named, int count) {
    return ALL_SLICES.finding(
        where,
        "its ImageJ description names " + named + " planes and it has " + count
            + " pages, which are taken as slices",
        "",
        "set the dimensions in ImageJ with Image > Properties, and save it as TIFF");
  }

  /** ImageJ names the fastest axis first. */
  private static String order(String stated) {
    String order = new StringBuilder(stated.trim().toUpperCase(Locale.ROOT)).reverse().toString();
    boolean known = order.matches("[TZC]{3}") && order.chars().distinct().count() == 3;
    return known ? order : "TZC";
  }

  private static int count(Map<String, String> stated, String key) {
    try {
      return Math.max(Integer.parseInt(stated.getOrDefault(key, "1").trim()), 1);
    } catch (NumberFormatException error) {
      return 1;
    }
  }

  /** The lines of ImageJ's description, or null where there is none. */
  static Map<String, String> description(TiffPage page) {
    for (String text : page.descriptions) {
      if (text.startsWith("ImageJ=") || text.startsWith("SCIFIO=")) {
        Map<String, String> found = new HashMap<>();
        for (String line : text.split("\\r?\\n")) {
          int equals = line.indexOf('=');
          if (equals > 0) {
            found.put(line.substring(0, equals).trim(), line.substring(equals + 1).trim());
          }
        }
        return Collections.unmodifiableMap(found);
      }
    }
    return null;
  }
}
