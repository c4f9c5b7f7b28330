package deepbacs.zoo.decoding;

import java.util.ArrayList;
import java.util.List;

/** Components and their parts, all of a level at once. */
final class LevelTree {

  private final int width;
  private final double convexity;
  private final int smallest;
  /** The background first, then each part behind what it is a part of. */
  private final List<Part> parts = new ArrayList<>();
  /** The smallest part that each pixel is in, or its component; 0 for background. */
  private final int[] nodes;

  LevelTree(Components components, int width, double convexity, int smallest) {
    this.width = width;
    this.convexity = convexity;
    this.smallest = smallest;
    nodes = new int[components.labels.length];
    Part background = new Part(null, true);
    parts.add(background);
    for (int number = 1; number <= components.count(); number++) {
      add(components, number, background);
    }
  }

  /** A component of a level. */
  private static final class Part {
    private final Part parent;
    /** It is whole, or one of its parts is. */
    private boolean isSound;
    /** A higher level may split it. */
    private boolean isOpen;

    private boolean isSplit;
    /** How many components of the level at hand are large enough. */
    private int found;
    /** The number of the part that stays here; 0 for what parts are to grow over. */
    private int stays;

    private Part(Part parent, boolean isWhole) {
      this.parent = parent;
      isSound = isWhole;
      isOpen = !isWhole;
    }
  }

  /** Components and parts of all levels. */
  int size() {
    return parts.size() - 1;
  }

  /** Whether a higher level may split anything. */
  boolean isOpen() {
    for (Part part : parts) {
      if (part.isOpen) {
        return true;
      }
    }
    return false;
  }

  /** Splits open parts where a level has two components or more that are large enough. */
  void split(float[] plane, float level) {
    boolean[] mask = new boolean[nodes.length];
    for (int pixel = 0; pixel < mask.length; pixel++) {
      mask[pixel] = nodes[pixel] != 0 && plane[pixel] >= level && parts.get(nodes[pixel]).isOpen;
    }
    Components components = new Components(mask, width);
    for (Part part : parts) {
      part.found = 0;
    }
    for (int number = 1; number <= components.count(); number++) {
      if (components.area(number) >= smallest) {
        owner(components, number).found++;
      }
    }
    for (Part part : parts) {
      // What has no component of this level has none of a higher one.
      part.isOpen &= part.found == 1;
    }
    for (int number = 1; number <= components.count(); number++) {
      Part owner = owner(components, number);
      if (components.area(number) >= smallest && owner.found > 1) {
        owner.isSplit = true;
        add(components, number, owner);
      }
    }
  }

  /** The parts that stay, row by row; 0 for what they are to grow over, too. */
  int[] labels() {
    for (int number = parts.size() - 1; number > 0; number--) {
      Part part = parts.get(number);
      part.parent.isSound |= part.isSound;
    }
    for (int number = 1; number < parts.size(); number++) {
      Part part = parts.get(number);
      if (!part.parent.isSound) {
        part.stays = part.parent.stays;
      } else {
        part.stays = part.isSplit && part.isSound ? 0 : number;
      }
    }
    int[] labels = new int[nodes.length];
    for (int pixel = 0; pixel < labels.length; pixel++) {
      labels[pixel] = parts.get(nodes[pixel]).stays;
    }
    return labels;
  }

  private Part owner(Components components, int number) {
    return parts.get(nodes[components.pixel(number, 0)]);
  }

  private void add(Components components, int number, Part parent) {
    int area = components.area(number);
    boolean isWhole =
        area < 2L * smallest
            || area >= convexity * ConvexHull.pixels(components, number, width);
    for (int index = 0; index < area; index++) {
      nodes[components.pixel(number, index)] = parts.size();
    }
    parts.add(new Part(parent, isWhole));
  }
}
