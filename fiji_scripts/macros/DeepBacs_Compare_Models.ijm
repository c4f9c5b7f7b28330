// Run two models on one image and show where they agree.
//
// Each model's results lie in a folder of their own, 1 and 2.  <image>_comparison.csv has the number of
// cells and their area for each model, and the share of all cell pixels that both found (1: the same).
// <image>_comparison.png: the image in gray, pixels of both models in white, of the first alone in
// green, of the second alone in magenta.  The models are to give label images.
//
// From a command line, one key=value a line in the argument:
//   deepbacs-zoo fiji run DeepBacs_Compare_Models.ijm --arg first_model=a.zip --arg second_model=b.zip
//       --arg input_path=cells.tif --arg output_folder=results

List.setList(getArgument());
models = newArray(List.get("first_model"), List.get("second_model"));
for (i = 0; i < 2; i++)
    if (models[i] == "")
        models[i] = File.openDialog("Model " + i + 1 + ": a package (.zip)");
image = List.get("input_path");
if (image == "")
    image = File.openDialog("The image");
output = List.get("output_folder");
if (output == "")
    output = getDirectory("Where the results go");
if (!endsWith(output, File.separator) && !endsWith(output, "/"))
    output = output + File.separator;

setBatchMode(true);
text = "model,cells,area (pixels)\n";
for (i = 0; i < 2; i++) {
    folder = output + (i + 1);
    run("DeepBacs Run", "model_path=[" + models[i] + "] input_path=[" + image + "] output_folder=["
        + folder + "] overwrite");
    stem = call("deepbacs.zoo.plugin.Report.stem");
    open(folder + "/" + stem + "_labels.tif");
    getRawStatistics(pixels, mean, least, most);
    setThreshold(1, 1e30);
    setOption("BlackBackground", true);
    run("Convert to Mask", "background=Dark black");
    rename("cells " + (i + 1));
    getRawStatistics(pixels, mean);
    text = text + (i + 1) + "," + most + "," + round(pixels * mean / 255) + "\n";
}
imageCalculator("AND create", "cells 1", "cells 2");
getRawStatistics(pixels, both);
imageCalculator("OR create", "cells 1", "cells 2");
getRawStatistics(pixels, any);
text = text + "both / any," + "," + d2s(both / maxOf(any, 1e-9), 4) + "\n";
File.saveString(text, output + stem + "_comparison.csv");

open(image);
run("8-bit");
run("Multiply...", "value=0.5"); // dark enough for the colors to be seen
rename("image");
run("Merge Channels...", "c2=[cells 1] c4=image c6=[cells 2]");
saveAs("PNG", output + stem + "_comparison.png");
print(text);
return output + stem + "_comparison.csv";
