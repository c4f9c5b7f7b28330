package deepbacs.zoo.tests;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import deepbacs.zoo.tensors.DType;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Answers a request: the helper's own test. */
public final class Hello {

  private Hello() {}

  public static void main(String[] arguments) {
    JsonObject request =
        JsonParser.parseReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
            .getAsJsonObject();
    JsonObject answer = new JsonObject();
    answer.addProperty("bytes", DType.of(request.get("dtype").getAsString()).bytes);
    System.out.println(answer);
  }
}
