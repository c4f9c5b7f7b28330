package deepbacs.zoo.runner;

/** A device that ONNX Runtime computes on; the provider of the CPU is always there. */
public enum Device {
  CPU("cpu");

  /** Its name in reports. */
  public final String label;

  Device(String label) {
    this.label = label;
  }
}
