// Run two models one after the other: image to image (denoising, for example), then the objects in it.
//
// The results of both lie in the folder, the second's named after the first's image.
//
// From a command line, one key=value a line in the argument:
//   deepbacs-zoo fiji run DeepBacs_Two_Steps.ijm --arg first_model=denoising.zip
//       --arg second_model=segmentation.zip --arg input_path=noisy.tif --arg output_folder=results

List.setList(getArgument());
first = List.get("first_model");
if (first == "")
    first = File.openDialog("The model that gives an image: a package (.zip)");
second = List.get("second_model");
if (second == "")
    second = File.openDialog("The model for the objects in it: a package (.zip)");
image = List.get("input_path");
if (image == "")
    image = File.openDialog("The image");
output = List.get("output_folder");
if (output == "")
    output = getDirectory("Where the results go");

setBatchMode(true);
run("DeepBacs Run", "model_path=[" + first + "] input_path=[" + image + "] output_folder=[" + output
    + "] overwrite");
// The report names the files; the first is the first output of the model.
files = split(call("deepbacs.zoo.plugin.Report.json"), "\"");
between = "";
for (i = 0; i < files.length; i++)
    if (between == "" && endsWith(files[i], ".tif"))
        between = files[i];
run("DeepBacs Run", "model_path=[" + second + "] input_path=[" + between + "] output_folder=["
    + output + "] overwrite");
print("results of " + File.getName(between) + " in " + output);
return between;
