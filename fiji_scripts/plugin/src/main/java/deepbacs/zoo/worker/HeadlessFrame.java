package deepbacs.zoo.worker;

import ij.plugin.PlugIn;
import java.awt.Component;
import java.awt.Container;
import java.awt.event.FocusEvent;
import java.awt.event.FocusListener;
import java.awt.event.ItemListener;
import java.awt.event.WindowEvent;
import java.awt.event.WindowListener;

/**
 * The superclass of ImageJ's ROI manager where there is no screen, in place of {@code
 * ij.plugin.frame.PlugInFrame}; see {@link PatchImageJ}.
 *
 * <p>Java makes no {@code java.awt.Frame} without a screen, and a constructor cannot pass it by. What
 * the manager and its callers use of a frame is here, and does nothing.
 */
public class HeadlessFrame extends Container implements PlugIn, WindowListener, FocusListener {

  private static final long serialVersionUID = 1;

  private String title;

  public HeadlessFrame(String title) {
    this.title = title;
  }

  @Override
  public void run(String argument) {}

  public void close() {}

  public void dispose() {}

  public void pack() {}

  public void toFront() {}

  public void toBack() {}

  public String getTitle() {
    return title;
  }

  public void setTitle(String title) {
    this.title = title;
  }

  protected void processWindowEvent(WindowEvent event) {}

  @Override
  public void focusGained(FocusEvent event) {}

  @Override
  public void focusLost(FocusEvent event) {}

  @Override
  public void windowOpened(WindowEvent event) {}

  @Override
  public void windowClosing(WindowEvent event) {}

  @Override
  public void windowClosed(WindowEvent event) {}

  @Override
  public void windowIconified(WindowEvent event) {}

  @Override
  public void windowDeiconified(WindowEvent event) {}

  @Override
  public void windowActivated(WindowEvent event) {}

  @Override
  public void windowDeactivated(WindowEvent event) {}

  /** A check box of the manager, which remembers its state by it. */
  public static final class Box extends Component {

    private static final long serialVersionUID = 1;

    private boolean state;

    public Box(String label, boolean state) {
      this.state = state;
    }

    public boolean getState() {
      return state;
    }

    public void setState(boolean state) {
      this.state = state;
    }

    public void addItemListener(ItemListener listener) {}
  }
}
