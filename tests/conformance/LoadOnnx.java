import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;

/** Prints for each path of an ONNX file that it loads, or the first line of the error. */
public class LoadOnnx {
    public static void main(String[] paths) {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        for (String path : paths) {
            String found;
            try (OrtSession session = environment.createSession(path)) {
                found = "loads";
            } catch (Exception error) {
                found = String.valueOf(error.getMessage()).split("\n")[0].replace('\t', ' ');
            }
            System.out.println("FOUND\t" + path + "\t" + found);
        }
    }
}
