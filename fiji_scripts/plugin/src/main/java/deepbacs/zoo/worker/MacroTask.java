package deepbacs.zoo.worker;

import ij.ImagePlus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A macro that runs on another thread, so that the caller can wait for it, or stop it.
 *
 * <p>It is the same thread for all: ImageJ keeps things by thread, an image among them.
 */
public final class MacroTask {

  private static final ExecutorService THREAD =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "macro");
            thread.setDaemon(true);
            return thread;
          });

  private final CountDownLatch end = new CountDownLatch(1);
  private final List<ImagePlus> images = new ArrayList<>();
  private final List<ImagePlus> lent = new ArrayList<>();
  private final Request request;
  private Future<?> work;
  private volatile MacroOutcome outcome;

  /** @param line the request as JSON, see {@link Request} */
  public MacroTask(String line) throws IOException {
    this.request = Request.parse(line);
  }

  /** Opens an image for it; to be called before it starts. */
  public void add(ImagePlus image) {
    images.add(image);
  }

  /** Opens an image of somebody else for it, which is not closed afterwards. */
  public void lend(ImagePlus image) {
    images.add(image);
    lent.add(image);
  }

  /** Starts it. */
  public void start() {
    work =
        THREAD.submit(
            () -> {
              try {
                outcome = MacroRunner.run(request, images);
                outcome.keep(lent);
              } finally {
                images.clear();
                end.countDown();
              }
            });
  }

  /** Waits, and says whether it has ended. */
  public boolean await(long milliseconds) throws InterruptedException {
    return end.await(milliseconds, TimeUnit.MILLISECONDS);
  }

  /** Asks it to stop: at its next statement, and at once where it waits. */
  public void abort() {
    MacroRunner.abort();
    work.cancel(true);
  }

  /** What it left; null where our own code failed. */
  public MacroOutcome outcome() {
    return outcome;
  }
}
