package deepbacs.zoo.decoding;

/** The 4-connected components of a mask, numbered 1 to n by their first pixel in raster order. */
final class Components {

  /** The number of each pixel's component, 0 outside the mask. */
  final int[] labels;

  private final int width;
  /** The pixels of all components, one component after the other. */
  private final int[] pixels;
  /** Where each component begins in there, and the end of the last one. */
  private final IntList begins = new IntList();

  private int size;

  Components(boolean[] mask, int width) {
    this.width = width;
    labels = new int[mask.length];
    pixels = new int[mask.length];
    begins.add(0);
    for (int start = 0; start < mask.length; start++) {
      if (mask[start] && labels[start] == 0) {
        fill(mask, start);
        begins.add(size);
      }
    }
  }

  /** How many there are. */
  int count() {
    return begins.size() - 1;
  }

  /** How many pixels a component has. */
  int area(int number) {
    return begins.get(number) - begins.get(number - 1);
  }

  /** A pixel of a component, by its index from 0 on; that of 0 is the first in raster order. */
  int pixel(int number, int index) {
    return pixels[begins.get(number - 1) + index];
  }

  private void fill(boolean[] mask, int start) {
    int number = begins.size();
    int next = size;
    visit(start, number, mask);
    while (next < size) {
      int pixel = pixels[next++];
      int x = pixel % width;
      if (x > 0) {
        visit(pixel - 1, number, mask);
      }
      if (x < width - 1) {
        visit(pixel + 1, number, mask);
      }
      if (pixel >= width) {
        visit(pixel - width, number, mask);
      }
      if (pixel < mask.length - width) {
        visit(pixel + width, number, mask);
      }
    }
  }

  private void visit(int pixel, int number, boolean[] mask) {
    if (mask[pixel] && labels[pixel] == 0) {
      labels[pixel] = number;
      pixels[size++] = pixel;
    }
  }
}
