package deepbacs.zoo.results;

import deepbacs.zoo.results.Outlines.Ring;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A 4-connected set of pixels in the rectangle around it. */
final class PixelShape {

  // Right, down, left, up, along pixel edges; the diagonal ones follow.
  private static final int[] STEP_X = {1, 0, -1, 0, 1, -1, -1, 1};
  private static final int[] STEP_Y = {0, 1, 0, -1, 1, 1, -1, -1};
  private static final int SIDES = 4;
  private static final int NEIGHBORS = 8;
  // The pixel on the left and on the right hand ahead of a corner.
  private static final int[] LEFT_X = {0, 0, -1, -1};
  private static final int[] LEFT_Y = {-1, 0, 0, -1};
  private static final int[] RIGHT_X = {0, -1, -1, 0};
  private static final int[] RIGHT_Y = {0, 0, -1, -1};

  private final int left;
  private final int top;
  private final int width;
  private final int height;
  private final boolean[] inside;

  private PixelShape(int left, int top, int width, int height) {
    this.left = left;
    this.top = top;
    this.width = width;
    this.height = height;
    this.inside = new boolean[width * height];
  }

  /**
   * A shape of the first pixels of a list.
   *
   * @param pixels places in an image, row by row
   * @param rowLength the width of that image
   */
  static PixelShape of(int[] pixels, int count, int rowLength) {
    int left = Integer.MAX_VALUE;
    int top = Integer.MAX_VALUE;
    int right = 0;
    int bottom = 0;
    for (int at = 0; at < count; at++) {
      left = Math.min(left, pixels[at] % rowLength);
      right = Math.max(right, pixels[at] % rowLength);
      top = Math.min(top, pixels[at] / rowLength);
      bottom = Math.max(bottom, pixels[at] / rowLength);
    }
    PixelShape shape = new PixelShape(left, top, right - left + 1, bottom - top + 1);
    for (int at = 0; at < count; at++) {
      int x = pixels[at] % rowLength - left;
      int y = pixels[at] / rowLength - top;
      shape.inside[y * shape.width + x] = true;
    }
    return shape;
  }

  /** The outer ring and those of the holes, in pixels of the image. */
  List<Ring> rings() {
    List<Ring> found = new ArrayList<>();
    found.add(walk());
    if (width > 2 && height > 2) {
      addHoles(found);
    }
    return found;
  }

  /**
   * Adds a ring for each 4-connected part of what the shape encloses; what touches the outside only
   * at a corner of pixels is outside, since the outer ring goes around it.
   */
  private void addHoles(List<Ring> found) {
    boolean[] seen = inside.clone();
    int[] stack = new int[inside.length];
    for (int at = 0; at < inside.length; at++) {
      int x = at % width;
      int y = at / width;
      if (x == 0 || y == 0 || x == width - 1 || y == height - 1) {
        collect(at, NEIGHBORS, seen, stack);
      }
    }
    for (int at = 0; at < inside.length; at++) {
      int count = collect(at, SIDES, seen, stack);
      if (count > 0) {
        Ring ring = of(stack, count, width).walk();
        for (int corner = 0; corner < ring.x.length; corner++) {
          ring.x[corner] += left;
          ring.y[corner] += top;
        }
        found.add(ring);
      }
    }
  }

  /** Collects the pixels that are connected to this one and not seen yet; returns how many. */
  private int collect(int start, int neighbors, boolean[] seen, int[] found) {
    if (seen[start]) {
      return 0;
    }
    seen[start] = true;
    found[0] = start;
    int count = 1;
    for (int done = 0; done < count; done++) {
      for (int side = 0; side < neighbors; side++) {
        int x = found[done] % width + STEP_X[side];
        int y = found[done] / width + STEP_Y[side];
        if (x >= 0 && y >= 0 && x < width && y < height && !seen[y * width + x]) {
          seen[y * width + x] = true;
          found[count++] = y * width + x;
        }
      }
    }
    return count;
  }

  /**
   * Walks around the shape, from the top left corner of its first pixel.
   *
   * <p>It turns left at once where both pixels ahead are inside, right where none is; where the
   * shape touches itself only at a corner it is not connected there, so the walk turns right.
   */
  private Ring walk() {
    int startX = 0;
    while (!inside[startX]) {
      startX++;
    }
    int[] cornersX = new int[16];
    int[] cornersY = new int[16];
    int count = 0;
    int x = startX;
    int y = 0;
    int direction = 0;
    do {
      boolean isLeft = has(x + LEFT_X[direction], y + LEFT_Y[direction]);
      boolean isRight = has(x + RIGHT_X[direction], y + RIGHT_Y[direction]);
      int turn = isRight ? (isLeft ? -1 : 0) : 1;
      if (turn != 0 || count == 0) {
        if (count == cornersX.length) {
          cornersX = Arrays.copyOf(cornersX, 2 * count);
          cornersY = Arrays.copyOf(cornersY, 2 * count);
        }
        cornersX[count] = x + left;
        cornersY[count++] = y + top;
      }
      direction = (direction + turn + SIDES) % SIDES;
      x += STEP_X[direction];
      y += STEP_Y[direction];
    } while (x != startX || y != 0);
    return new Ring(Arrays.copyOf(cornersX, count), Arrays.copyOf(cornersY, count));
  }

  private boolean has(int x, int y) {
    return x >= 0 && y >= 0 && x < width && y < height && inside[y * width + x];
  }
}
