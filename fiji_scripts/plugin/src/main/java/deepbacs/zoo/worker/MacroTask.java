package deepbacs.zoo.worker;

import ij.ImagePlus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A macro that runs on a thread of its own, so that the caller can wait for it, or stop it. */
public final class MacroTask {

  private final CountDownLatch end = new CountDownLatch(1);
  private final List<ImagePlus> images = new ArrayList<>();
  private final Thread thread;
  private volatile Outcome outcome;

  /**
   * @param code the macro's text
   * @param argument what {@code getArgument()} gives
   */
  public MacroTask(String code, String argument) {
    thread =
        new Thread(
            () -> {
              try {
                outcome = MacroRunner.run(code, argument, images);
              } finally {
                end.countDown();
              }
            },
            "macro");
    thread.setDaemon(true);
  }

  /** Opens an image for it; to be called before it starts. */
  public void add(ImagePlus image) {
    images.add(image);
  }

  /** Starts it. */
  public void start() {
    thread.start();
  }

  /** Waits, and says whether it has ended. */
  public boolean await(long milliseconds) throws InterruptedException {
    return end.await(milliseconds, TimeUnit.MILLISECONDS);
  }

  /** Asks it to stop: at its next statement, and at once where it waits. */
  public void abort() {
    MacroRunner.abort();
    thread.interrupt();
  }

  /** What it left; null where our own code failed. */
  public Outcome outcome() {
    return outcome;
  }
}
