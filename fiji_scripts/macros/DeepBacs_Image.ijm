// Run a model on one image: its results are written into a folder, and opened.
//
// In Fiji: Plugins > DeepBacs > DeepBacs Image, then choose package, image and folder.
// From a command line, all three in the argument, one key=value a line:
//   deepbacs-zoo fiji run DeepBacs_Image.ijm --arg model_path=package.zip
//       --arg input_path=cells.tif --arg output_folder=results

List.setList(getArgument());
model = List.get("model_path");
if (model == "")
    model = File.openDialog("The model: a package (.zip) of the BioImage Model Zoo");
image = List.get("input_path");
if (image == "")
    image = File.openDialog("The image");
output = List.get("output_folder");
if (output == "")
    output = getDirectory("Where the results go");

run("DeepBacs Run", "model_path=[" + model + "] input_path=[" + image + "] output_folder=[" + output
    + "] overwrite");
return output;
