package deepbacs.zoo.tests;

import ij.IJ;
import ij.ImagePlus;
import ij.ImageStack;
import ij.Macro;
import ij.plugin.PlugIn;
import ij.process.FloatProcessor;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.FileReader;
import java.io.IOException;
import java.io.Reader;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/**
 * Behaves as the command of deepImageJ 3.1 was seen to: its options, files, messages and failures.
 *
 * <p>The network is computed by {@code tests/fiji/deepimagej.py}, which is reached by the port in
 * {@code stand_in.properties} of the working folder. That file also names a fault to show.
 */
public final class DeepImageJStandIn implements PlugIn {

  @Override
  public void run(String argument) {
    Properties settings = new Properties();
    try (Reader reader = new FileReader("stand_in.properties")) {
      settings.load(reader);
    } catch (IOException error) {
      // As where the working folder is not that of Fiji: there are no engines.
      throw new RuntimeException("Please install a compatible engine and try again.");
    }
    System.out.println("Fiji folder: " + System.getProperty("user.dir"));
    String options = Macro.getOptions();
    File model = new File(needed(options, "model_path"));
    if (!new File(model, "rdf.yaml").isFile()) {
      new FileNotFoundException(model + "/rdf.yaml (No such file or directory)").printStackTrace();
      return;
    }
    String input = Macro.getValue(options, "input_path", null);
    if (input == null) {
      throw new IllegalArgumentException("Missing input tensor: raw");
    }
    if (!new File(input).exists()) {
      throw new IllegalArgumentException("The provided input folder does not exist: " + input);
    }
    File output = new File(Macro.getValue(options, "output_folder", ""));
    if (!output.isDirectory() && !output.mkdirs()) {
      throw new IllegalArgumentException(
          "The provided output folder does not exist and cannot be created: " + output);
    }
    fail(settings);
    File[] files = new File(input).isDirectory() ? new File(input).listFiles() : null;
    for (File file : files == null ? new File[] {new File(input)} : files) {
      ImagePlus image = IJ.openImage(file.getAbsolutePath());
      try {
        compute(Integer.parseInt(settings.getProperty("port")), model, image, output);
      } catch (IOException error) {
        throw new RuntimeException(error);
      }
    }
  }

  private static String needed(String options, String key) {
    String value = options == null ? null : Macro.getValue(options, key, null);
    if (value == null) {
      throw new IllegalArgumentException("DeepImageJ requires to the variable '" + key + "'");
    }
    return value;
  }

  /** Shows the fault that the settings name, if any. */
  private static void fail(Properties settings) {
    String fault = settings.getProperty("fault", "");
    switch (fault) {
      case "":
        return;
      case "memory":
        throw new OutOfMemoryError("Java heap space");
      case "exit":
        System.exit(3);
        return;
      case "SEGV":
      case "ABRT":
        start("kill", "-" + fault, ManagementFactory.getRuntimeMXBean().getName().split("@")[0]);
        sleep();
        return;
      case "hang":
        start("sh", "-c", "echo $$ > child; sleep 600");
        sleep();
        return;
      default:
        throw new RuntimeException(fault);
    }
  }

  private static void start(String... command) {
    try {
      new ProcessBuilder(command).start();
    } catch (IOException error) {
      throw new RuntimeException(error);
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(600_000);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends an image, prints what the engine says, and saves its outputs without a pixel size. */
  private static void compute(int port, File model, ImagePlus image, File folder)
      throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port);
        DataOutputStream to =
            new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
        DataInputStream from =
            new DataInputStream(new BufferedInputStream(socket.getInputStream()))) {
      byte[] path = model.getPath().getBytes(StandardCharsets.UTF_8); // writeUTF has its own
      to.writeShort(path.length);
      to.write(path);
      // An RGB image is a composite of three channels.
      ImageStack stack = image.getStack();
      boolean color = stack.getProcessor(1).getNChannels() == 3;
      for (int size :
          new int[] {
            image.getNFrames(),
            image.getNSlices(),
            color ? 3 : image.getNChannels(),
            image.getHeight(),
            image.getWidth()
          }) {
        to.writeInt(size);
      }
      for (int index = 1; index <= stack.getSize(); index++) {
        for (int channel = 0; channel < stack.getProcessor(index).getNChannels(); channel++) {
          float[] pixels =
              (float[]) stack.getProcessor(index).toFloat(channel, null).getPixels();
          for (float pixel : pixels) {
            to.writeFloat(pixel);
          }
        }
      }
      to.flush();
      System.err.println(from.readUTF());
      String error = from.readUTF();
      if (!error.isEmpty()) {
        throw new RuntimeException(error);
      }
      for (int left = from.readInt(); left > 0; left--) {
        ImagePlus result = read(from, image.getShortTitle());
        IJ.saveAsTiff(result, folder + File.separator + result.getTitle());
      }
    }
  }

  private static ImagePlus read(DataInputStream from, String title) throws IOException {
    String name = title + "_" + from.readUTF();
    int slices = from.readInt();
    int channels = from.readInt();
    int height = from.readInt();
    int width = from.readInt();
    ImageStack stack = new ImageStack(width, height);
    for (int index = 0; index < slices * channels; index++) {
      float[] pixels = new float[width * height];
      for (int pixel = 0; pixel < pixels.length; pixel++) {
        pixels[pixel] = from.readFloat();
      }
      stack.addSlice(new FloatProcessor(width, height, pixels));
    }
    ImagePlus image = new ImagePlus(name, stack);
    image.setDimensions(channels, slices, 1);
    return image;
  }
}
