package deepbacs.zoo.images;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.findings.Finding.Severity;
import deepbacs.zoo.findings.Rule;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** OME-XML: the images that it names, and which of their planes are in this file. */
final class OmeDescription {

  private static final Rule NOT_USED = new Rule("image-description-not-used", Severity.WARNING);
  private static final String WHAT = "OME description";
  private static final String CORRECT =
      "open it in Fiji with File > Import > Bio-Formats and save it as TIFF";
  private static final int END = 10;

  /** A description that says nothing about this file: the reason, and what to do. */
  private static final class NotUsed extends Exception {
    private static final long serialVersionUID = 1L;
    private final String hint;

    NotUsed(String reason, String hint) {
      super(reason);
      this.hint = hint;
    }
  }

  private final Path path;
  private final List<TiffPage> pages;
  private Element root;
  /** True if the document stands in the file itself. */
  private boolean own = true;
  /** UUID and name by which the document names the file, or several; see {@link #key}. */
  private Set<String> here;

  private OmeDescription(Path path, List<TiffPage> pages) {
    this.path = path;
    this.pages = pages;
  }

  /** True if the first description of a page is OME-XML. */
  static boolean isOme(TiffPage page) {
    if (page.descriptions.isEmpty()) {
      return false;
    }
    String text = page.descriptions.get(0);
    return text.substring(Math.max(text.length() - END, 0)).trim().endsWith("OME>");
  }

  /**
   * The images of an OME-TIFF file that have planes in this file; none where its description cannot
   * be used, and a finding says why.
   *
   * @param path the file; a metadata file that it names is looked for in the same folder
   * @throws ZooException DATA: all planes are in other files, or the channels differ in their
   *     samples
   */
  static TiffLayout layout(Path path, List<TiffPage> pages) {
    TiffLayout layout = new TiffLayout(WHAT);
    try {
      OmeDescription description = new OmeDescription(path, pages);
      description.read();
      description.addImages(layout);
    } catch (NotUsed error) {
      layout.series.clear();
      layout.findings.add(
          NOT_USED.finding(
              path, "its " + WHAT + " " + error.getMessage() + ", and is not used", "", error.hint));
    }
    return layout;
  }

  // --- documents and files -----------------------------------------------------------------------

  /** Reads the document about the file: the one in it, or in the metadata file that it names. */
  private void read() throws NotUsed {
    String text = pages.get(0).descriptions.get(0);
    root = parsed(source(text));
    String uuid = root.getAttribute("UUID");
    for (Element binary : all(root, "BinaryOnly")) {
      // A name, not a path: nothing outside of the folder is opened.
      root = metadata(path.resolveSibling(nameOf(binary.getAttribute("MetadataFile"))));
      own = false;
    }
    List<Element> files = new ArrayList<>();
    for (Element pixels : images()) {
      for (Element data : all(pixels, "TiffData")) {
        files.addAll(all(data, "UUID").subList(0, Math.min(1, all(data, "UUID").size())));
      }
    }
    here = here(files, uuid);
  }

  /** Those of the files of the document that are the image's file. */
  private Set<String> here(List<Element> files, String uuid) {
    Set<String> byUuid = new TreeSet<>();
    Set<String> byName = new TreeSet<>();
    Set<String> all = new TreeSet<>();
    for (Element file : files) {
      all.add(key(file));
      if (!uuid.isEmpty() && file.getTextContent().trim().equals(uuid)) {
        byUuid.add(key(file));
      }
      if (nameOf(file.getAttribute("FileName")).equalsIgnoreCase(path.getFileName().toString())) {
        byName.add(key(file));
      }
    }
    if (!byUuid.isEmpty() || !byName.isEmpty()) {
      return byUuid.isEmpty() ? byName : byUuid;
    }
    // A document without a UUID that names one file means its own, whatever that is called now.
    return own && uuid.isEmpty() && all.size() == 1 ? all : new TreeSet<>();
  }

  private static String key(Element file) {
    return file.getTextContent().trim() + "\n" + nameOf(file.getAttribute("FileName"));
  }

  private static String nameOf(String file) {
    return file.substring(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  }

  /** A text without the byte order mark that some programs put before it. */
  private static InputSource source(String text) {
    return new InputSource(new StringReader(text.startsWith("\ufeff") ? text.substring(1) : text));
  }

  private static Element parsed(InputSource source) throws NotUsed {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setNamespaceAware(true);
      // Nothing outside of the file is looked at.
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(new DefaultHandler()); // the usual one prints
      return builder.parse(source).getDocumentElement();
    } catch (ParserConfigurationException | SAXException | IOException error) {
      throw new NotUsed("cannot be read", CORRECT);
    }
  }

  /** The document in a metadata file: OME-XML, or an OME-TIFF. */
  private static Element metadata(Path file) throws NotUsed {
    byte[] content;
    try {
      content = begin(file);
      String mark = new String(content, StandardCharsets.ISO_8859_1);
      if (mark.equals("II") || mark.equals("MM")) {
        try (TiffFile tiff = new TiffFile(file)) {
          boolean is = !tiff.pages.isEmpty() && isOme(tiff.pages.get(0));
          String text = is ? tiff.pages.get(0).descriptions.get(0) : "";
          return parsed(source(text));
        }
      }
      content = Files.readAllBytes(file);
    } catch (IOException error) {
      throw new NotUsed(
          "is in another file (" + file.getFileName() + "), which cannot be read",
          "put that file into the same folder");
    }
    return parsed(new InputSource(new ByteArrayInputStream(content)));
  }

  private static byte[] begin(Path file) throws IOException {
    try (java.io.InputStream stream = Files.newInputStream(file)) {
      byte[] begin = new byte[2];
      int count = stream.read(begin);
      return count < begin.length ? new byte[0] : begin;
    }
  }

  /** The children of a name, whatever the version of the schema is. */
  static List<Element> all(Element element, String tag) {
    List<Element> found = new ArrayList<>();
    for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
      if (child instanceof Element && child.getLocalName().equals(tag)) {
        found.add((Element) child);
      }
    }
    return found;
  }

  private List<Element> images() {
    List<Element> images = new ArrayList<>();
    for (Element image : all(root, "Image")) {
      images.addAll(all(image, "Pixels"));
    }
    return images;
  }

  // --- planes ------------------------------------------------------------------------------------

  private void addImages(TiffLayout layout) throws NotUsed {
    Set<String> files = new LinkedHashSet<>();
    List<Element> images = images();
    for (Element pixels : images) {
      TiffSeries series = series(pixels, images.size());
      files.addAll(series.files);
      if (!series.planes.isEmpty()) {
        layout.series.add(series);
      } else if (!series.files.isEmpty()) {
        layout.elsewhere++;
      }
    }
    if (layout.series.isEmpty()) {
      throw withoutPlanes(images.isEmpty(), files);
    }
  }

  /** An image with its planes in the file, perhaps none. */
  private TiffSeries series(Element pixels, int images) throws NotUsed {
    TiffSeries series = new TiffSeries();
    series.name = ((Element) pixels.getParentNode()).getAttribute("Name");
    series.ome = new OmePixels(pixels);
    series.sizes = sizes(pixels);
    List<Element> data = all(pixels, "TiffData");
    Set<String> files = new LinkedHashSet<>();
    for (Element each : data) {
      List<Element> file = all(each, "UUID");
      if (file.isEmpty() ? own : here.contains(key(file.get(0)))) {
        addPlanes(series, each, pixels);
      } else if (!file.isEmpty()) {
        files.add(nameOf(file.get(0).getAttribute("FileName")));
      }
    }
    if (data.isEmpty() && own && images == 1) {
      Element whole = pixels.getOwnerDocument().createElement("TiffData");
      addPlanes(series, whole, pixels);
    }
    int height = number(pixels, "SizeY", 0);
    int width = number(pixels, "SizeX", 0);
    series
        .planes
        .values()
        .removeIf(page -> pages.get(page).height != height || pages.get(page).width != width);
    series.keepAlike(pages);
    series.files = new ArrayList<>(files);
    return series;
  }

  /** The numbers of frames, slices and channels, samples of one pixel not counted. */
  private int[] sizes(Element pixels) throws NotUsed {
    Set<String> samples = new TreeSet<>();
    for (Element channel : all(pixels, "Channel")) {
      String stated = channel.getAttribute("SamplesPerPixel");
      samples.add(channel.hasAttribute("SamplesPerPixel") ? stated : "1");
    }
    if (samples.size() > 1) {
      throw new ZooException(
          Kind.DATA,
          path,
          "it has channels of colour pictures, and one of the two must be chosen",
          "channels of " + String.join(" and ", samples) + " samples",
          "channels or an RGB picture",
          "split the channels in ImageJ with Image > Color > Split Channels");
    }
    int[] sizes = new int[3];
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = number(pixels, "Size" + "TZC".charAt(axis), 0);
      if (sizes[axis] < 1) {
        throw new NotUsed("does not name the numbers of its planes", CORRECT);
      }
    }
    sizes[2] = Math.max(sizes[2] / Math.max(pages.get(0).samples, 1), 1);
    return sizes;
  }

  /** Adds the pages of the planes of an element {@code TiffData}. */
  private void addPlanes(TiffSeries series, Element data, Element pixels) {
    String stated = pixels.getAttribute("DimensionOrder");
    String order = stated.length() == 5 ? stated.substring(2) : "";
    boolean known = order.matches("[ZCT]{3}") && order.chars().distinct().count() == 3;
    order = known ? order : "ZCT";
    long number = 0;
    long all = 1;
    for (char axisName : order.toCharArray()) {
      int size = series.sizes["TZC".indexOf(axisName)];
      int first = number(data, "First" + axisName, 0);
      if (first >= size) {
        return;
      }
      number += first * all;
      all = Math.multiplyExact(all, size);
    }
    int firstPage = number(data, "IFD", 0);
    int usual = data.hasAttribute("IFD") ? 1 : pages.size();
    int count = number(data, "PlaneCount", number(data, "NumPlanes", usual));
    long steps = Math.min(Math.min(count, pages.size() - firstPage), all - number);
    for (int step = 0; step < steps; step++) {
      int[] plane = new int[3];
      long rest = number + step;
      for (char axisName : order.toCharArray()) {
        int axis = "TZC".indexOf(axisName);
        plane[axis] = (int) (rest % series.sizes[axis]);
        rest /= series.sizes[axis];
      }
      series.planes.put(plane, firstPage + step);
    }
  }

  /** A number from 0 of an attribute. */
  private static int number(Element element, String name, int missing) {
    try {
      boolean is = element.hasAttribute(name);
      return is ? Math.max(Integer.parseInt(element.getAttribute(name).trim()), 0) : missing;
    } catch (NumberFormatException error) {
      return missing;
    }
  }

  /** The error about a description of which no plane is in the file. */
  private NotUsed withoutPlanes(boolean withoutImages, Set<String> files) {
    if (withoutImages) {
      return new NotUsed("names no image", CORRECT);
    }
    if (own && !files.isEmpty() && here.isEmpty()) {
      throw new ZooException(
          Kind.DATA,
          path,
          "its " + WHAT + " names planes in other files, and none in this one",
          TiffSeries.listed(files),
          "a file that holds planes",
          "give one of these files");
    }
    if (here.isEmpty() && !own) {
      return new NotUsed("does not name this file", "give the file its first name again");
    }
    TiffPage page = pages.get(0);
    return new NotUsed(
        "is of no image of " + page.height + "x" + page.width + " pixels, as its first page is",
        CORRECT);
  }
}
