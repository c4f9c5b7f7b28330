package deepbacs.zoo.worker;

import ij.ImagePlus;
import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * ImageJ in a process of its own: takes macros from standard input, one JSON object a line, and
 * answers on standard output likewise.
 *
 * <p>Pixels do not pass through the pipes but through files: {@link Pixels}, one image after the
 * other without a header. The process ends with its input.
 */
public final class Worker {

  private Worker() {}

  /**
   * @param arguments the private folder of this process, and the number of the process that it
   *     belongs to
   */
  public static void main(String[] arguments) throws Exception {
    InputStream input = System.in;
    Replies replies = new Replies(new FileOutputStream(FileDescriptor.out));
    // Both streams belong to the protocol: what else is printed goes where it disturbs nothing.
    System.setOut(System.err);
    System.setIn(new ByteArrayInputStream(new byte[0]));
    Path folder = Paths.get(arguments[0]);
    ParentWatchdog lifeline = new ParentWatchdog(folder);
    lifeline.start(input);
    lifeline.endWith(Long.parseLong(arguments[1]));
    warmUp();
    replies.ready(MacroRunner.start(folder.toString()));
    while (true) {
      String line = lifeline.next();
      try {
        answer(Request.parse(line), replies);
      } catch (IOException | RuntimeException error) {
        error.printStackTrace();
        replies.error(error.toString());
      }
    }
  }

  /** Loads the engine's library beside everything else, as most macros will use it. */
  private static void warmUp() {
    Thread thread =
        new Thread(
            () -> {
              try {
                Class.forName("ai.onnxruntime.OrtEnvironment");
              } catch (ClassNotFoundException | LinkageError missing) {
                // Whoever needs it will say so.
              }
            },
            "warm-up");
    thread.setDaemon(true);
    thread.start();
  }

  private static void answer(Request request, Replies replies) throws IOException {
    Macros.answer(request, replies);
  }

  /** Here, so that no class of ImageJ is loaded before it is patched. */
  private static final class Macros {
    static void answer(Request request, Replies replies) throws IOException {
      try (MacroOutcome outcome = MacroRunner.run(request, images(request))) {
        // Without an end there is nobody to look at them.
        List<ImagePlus> kept = outcome.failure == null ? outcome.images : new ArrayList<>();
        if (!kept.isEmpty()) {
          try (FileChannel file = create(request.output)) {
            PixelStream stream = PixelStream.writing(file);
            for (ImagePlus image : kept) {
              Pixels.write(image, stream);
            }
          }
        }
        replies.outcome(outcome, kept);
      }
    }

    private static List<ImagePlus> images(Request request) throws IOException {
      List<ImagePlus> images = new ArrayList<>();
      if (!request.images.isEmpty()) {
        try (FileChannel file = FileChannel.open(Paths.get(request.input))) {
          PixelStream stream = PixelStream.reading(file);
          for (ImageHeader header : request.images) {
            images.add(Pixels.read(header, stream));
          }
        }
      }
      return images;
    }

    private static FileChannel create(String path) throws IOException {
      return FileChannel.open(
          Paths.get(path), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }
  }
}
