package deepbacs.zoo.images;

import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.findings.Finding.Severity;
import deepbacs.zoo.findings.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** One image of a TIFF file: the pages of its planes, and the largest part of it that is there. */
final class TiffSeries {

  /** Findings about an axis that the file does not state. */
  static final Rule AXIS_ASSUMED = new Rule("image-axis-assumed", Severity.INFO);

  private static final Rule PLANES_LEFT_OUT = new Rule("image-planes-left-out", Severity.WARNING);
  /** Frame, slice and channel, from 0, in this order. */
  private static final Comparator<int[]> IN_ORDER =
      Comparator.<int[]>comparingInt(plane -> plane[0])
          .thenComparingInt(plane -> plane[1])
          .thenComparingInt(plane -> plane[2]);

  private static final int MOST_NAMES = 3;

  /** The page of each plane (frame, slice, channel) that is there, from 0. */
  final SortedMap<int[], Integer> planes = new TreeMap<>(IN_ORDER);
  /** The numbers of frames, slices and channels that the file names. */
  int[] sizes = {1, 1, 1};
  /** Its name; empty without one. */
  String name = "";
  /** The page behind which the planes lie without pages of their own, counted from it; or -1. */
  int behind = -1;
  /** True if the samples of a pixel are what the file calls channels. */
  boolean samplesAreChannels;
  /** What OME-XML says about it, or null. */
  OmePixels ome;
  /** Other files that hold planes of it. */
  List<String> files = Collections.emptyList();
  /** The number of slices whose axis the file does not state; 0 if it states all. */
  int assumed;

  /** An image without planes, with all else of another one. */
  TiffSeries like() {
    TiffSeries copy = new TiffSeries();
    copy.sizes = sizes;
    copy.name = name;
    copy.behind = behind;
    copy.samplesAreChannels = samplesAreChannels;
    copy.ome = ome;
    copy.files = files;
    copy.assumed = assumed;
    return copy;
  }

  /** The page that says the size and type of all planes. */
  int firstPage() {
    return behind >= 0 ? behind : planes.get(planes.firstKey());
  }

  /** Leaves only the planes whose pages are of the kind of the first. */
  void keepAlike(List<TiffPage> pages) {
    if (!planes.isEmpty()) {
      TiffPage first = pages.get(planes.get(planes.firstKey()));
      planes.values().removeIf(page -> !pages.get(page).isLike(first));
    }
  }

  /**
   * Frames, slices and channels of the largest block of planes that are all there.
   *
   * <p>Planes outside of it, as those of the last frame of a recording that was stopped, are left
   * out.
   */
  int[][] block() {
    List<int[]> held = new ArrayList<>(planes.keySet());
    while (true) {
      int[][] values = new int[3][];
      int[][] complete = new int[3][];
      int count = 1;
      for (int axis = 0; axis < 3; axis++) {
        values[axis] = distinct(held, axis);
        count *= values[axis].length;
      }
      if (count == held.size()) {
        return values;
      }
      int best = 0;
      for (int axis = 0; axis < 3; axis++) {
        complete[axis] = complete(held, axis, values[axis], count / values[axis].length);
        // The earlier axis first.
        if (kept(complete, values, axis, count) > kept(complete, values, best, count)) {
          best = axis;
        }
      }
      if (complete[best].length > 0) {
        keep(held, best, complete[best]);
      } else { // none is complete: the first frame, then its first slice
        int axis = values[0].length > 1 ? 0 : 1;
        keep(held, axis, new int[] {values[axis][0]});
      }
    }
  }

  private static int kept(int[][] complete, int[][] values, int axis, int count) {
    return complete[axis].length * (count / values[axis].length);
  }

  private static int[] distinct(List<int[]> held, int axis) {
    return held.stream().mapToInt(plane -> plane[axis]).distinct().sorted().toArray();
  }

  /** The indices along an axis that have all planes of the other two. */
  private static int[] complete(List<int[]> held, int axis, int[] values, int all) {
    int[] counts = new int[values.length];
    for (int[] plane : held) {
      counts[Arrays.binarySearch(values, plane[axis])]++;
    }
    int number = 0;
    int[] found = new int[values.length];
    for (int index = 0; index < values.length; index++) {
      if (counts[index] == all) {
        found[number++] = values[index];
      }
    }
    return Arrays.copyOf(found, number);
  }

  private static void keep(List<int[]> held, int axis, int[] values) {
    held.removeIf(plane -> Arrays.binarySearch(values, plane[axis]) < 0);
  }

  /**
   * Findings about planes that are not read, and about an axis that is not stated.
   *
   * @param what the description that names the planes
   */
  List<Finding> findings(String where, String what) {
    List<Finding> findings = new ArrayList<>();
    if (assumed > 1) {
      findings.add(
          AXIS_ASSUMED.finding(
              where,
              "its " + assumed + " planes have no stated axis and are taken as slices",
              "",
              "for frames or channels set the dimensions in ImageJ with Image > Properties, and "
                  + "save it as TIFF"));
    }
    int[][] block = block();
    int held = block[0].length * block[1].length * block[2].length;
    long named =
        Math.multiplyExact(Math.multiplyExact((long) sizes[0], sizes[1]), (long) sizes[2]);
    if (held == named) {
      return findings;
    }
    List<String> kept = new ArrayList<>();
    for (int axis = 0; axis < 3; axis++) {
      if (block[axis].length < sizes[axis]) {
        kept.add("tzc".charAt(axis) + " " + ranges(block[axis]) + " of " + sizes[axis]);
      }
    }
    List<String> rest = new ArrayList<>();
    if (planes.size() < named) {
      rest.add(files.isEmpty() ? "not in this file" : "in " + listed(files));
    }
    if (planes.size() > held) {
      rest.add("of incomplete stacks");
    }
    findings.add(
        PLANES_LEFT_OUT.finding(
            where,
            "its " + what + " names " + named + " planes, of which " + held + " can be read ("
                + String.join(", ", kept) + "); the others are " + String.join(" or ", rest),
            "",
            files.isEmpty()
                ? "copy the file again from its source if it was complete there"
                : "to have all in one image, open the set in Fiji with File > Import > "
                    + "Bio-Formats and save it as one TIFF"));
    return findings;
  }

  /** The first names of many. */
  static String listed(Collection<String> names) {
    List<String> all = new ArrayList<>(names);
    if (all.size() <= MOST_NAMES) {
      return String.join(", ", all);
    }
    return String.join(", ", all.subList(0, MOST_NAMES)) + ", ...";
  }

  /** Ascending indices from 0 as numbers from 1, such as {@code 1-3, 7}. */
  static String ranges(int... indices) {
    StringBuilder text = new StringBuilder();
    for (int begin = 0; begin < indices.length; ) {
      int end = begin;
      while (end + 1 < indices.length && indices[end + 1] == indices[end] + 1) {
        end++;
      }
      text.append(begin == 0 ? "" : ", ").append(indices[begin] + 1);
      if (end > begin) {
        text.append('-').append(indices[end] + 1);
      }
      begin = end + 1;
    }
    return text.toString();
  }

  /** Pages of planes, in ascending order. */
  Set<Integer> pages() {
    return behind >= 0 ? Collections.singleton(behind) : new TreeSet<>(planes.values());
  }
}
