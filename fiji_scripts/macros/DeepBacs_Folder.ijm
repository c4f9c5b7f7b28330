// Run a model on every image of a folder.
//
// A bad image is reported in the log and the others go on; images whose results exist are left out, so
// an interrupted run goes on where it stopped.
//
// From a command line, one key=value a line in the argument:
//   deepbacs-zoo fiji run DeepBacs_Folder.ijm --arg model_path=package.zip
//       --arg input_folder=images --arg output_folder=results

List.setList(getArgument());
model = List.get("model_path");
if (model == "")
    model = File.openDialog("The model: a package (.zip) of the BioImage Model Zoo");
input = List.get("input_folder");
if (input == "")
    input = getDirectory("The folder of images");
output = List.get("output_folder");
if (output == "")
    output = getDirectory("Where the results go");
if (!endsWith(input, File.separator) && !endsWith(input, "/"))
    input = input + File.separator;

setBatchMode(true);
files = getFileList(input);
done = 0;
bad = 0;
for (i = 0; i < files.length; i++) {
    if (!matches(toLowerCase(files[i]), ".*\\.(tif|tiff|png|jpg|jpeg)"))
        continue;
    showProgress(i, files.length);
    // "keep_going": a bad image does not end the macro; "skip_existing": nor one that is done.
    run("DeepBacs Run", "model_path=[" + model + "] input_path=[" + input + files[i]
        + "] output_folder=[" + output + "] keep_going skip_existing");
    error = call("deepbacs.zoo.plugin.Report.error");
    if (error == "") {
        done++;
    } else {
        bad++;
        print(files[i] + ": " + error);
    }
}
showProgress(1);
print(done + " images done, " + bad + " failed; results in " + output);
return "" + done + " done, " + bad + " failed";
