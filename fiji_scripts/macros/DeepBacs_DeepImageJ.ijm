// Run a package by deepImageJ on every image of a folder, and notice where it gives no result.
//
// deepImageJ goes on after an error, and prints it: this macro looks for the file of each image.
// Images whose results exist are left out, so that an interrupted run goes on where it stopped.
// The package is a folder below Fiji's folder models, best unpacked from one that was made by
//   deepbacs-zoo export --for deepimagej
// Outputs are images of probabilities or distances; deepbacs-zoo predict --runner deepimagej makes
// cells of them.
//
// From a command line, one key=value a line in the argument: model_path, input_folder, output_folder.

List.setList(getArgument());
model = List.get("model_path");
if (model == "")
    model = getDirectory("The model: the unpacked folder of a package");
input = List.get("input_folder");
if (input == "")
    input = getDirectory("The folder of images");
output = List.get("output_folder");
if (output == "")
    output = getDirectory("Where the results go");
if (!endsWith(input, File.separator) && !endsWith(input, "/"))
    input = input + File.separator;
if (!endsWith(output, File.separator) && !endsWith(output, "/"))
    output = output + File.separator;
File.makeDirectory(output);

setBatchMode(true);
files = getFileList(input);
done = 0;
bad = 0;
for (i = 0; i < files.length; i++) {
    if (!matches(toLowerCase(files[i]), ".*\\.(tif|tiff|png|jpg|jpeg)"))
        continue;
    showProgress(i, files.length);
    // deepImageJ takes the blanks out of names; keys are in lower case.
    stem = replace(File.getNameWithoutExtension(files[i]), " ", "");
    if (count(output, stem) > 0)
        continue;
    run("DeepImageJ Run", "model_path=[" + model + "] input_path=[" + input + files[i]
        + "] output_folder=[" + output + "]");
    if (count(output, stem) > 0) {
        done++;
    } else {
        bad++;
        print(files[i] + ": no result, see the messages of deepImageJ");
    }
}
print(done + " images done, " + bad + " without a result; see " + output);
return "" + done + " done, " + bad + " failed";

function count(folder, stem) {
    names = getFileList(folder);
    found = 0;
    for (k = 0; k < names.length; k++)
        if (startsWith(names[k], stem + "_"))
            found++;
    return found;
}
