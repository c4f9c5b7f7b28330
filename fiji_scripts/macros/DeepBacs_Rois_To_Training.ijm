// Add an image and the outlines drawn on it to a training folder.
//
// Draw the cells in Fiji, add each to the ROI Manager (t), and save all (More > Save...) as a zip.
// This writes training_folder/source/<image>.tif and training_folder/target/<image>.tif, in which each
// outline has its number.  A folder that holds some is what  deepbacs-zoo train segmentation --data
// takes.  Where outlines overlap, the first one counts.
//
// From a command line, one key=value a line in the argument:
//   deepbacs-zoo fiji run DeepBacs_Rois_To_Training.ijm --arg input_path=cells.tif
//       --arg roi_path=cells_rois.zip --arg training_folder=training

List.setList(getArgument());
image = List.get("input_path");
if (image == "")
    image = File.openDialog("The image");
rois = List.get("roi_path");
if (rois == "")
    rois = File.openDialog("The outlines: a zip saved by the ROI Manager");
folder = List.get("training_folder");
if (folder == "")
    folder = getDirectory("The training folder");
if (!endsWith(folder, File.separator) && !endsWith(folder, "/"))
    folder = folder + File.separator;
File.makeDirectory(folder);
File.makeDirectory(folder + "source");
File.makeDirectory(folder + "target");

setBatchMode(true);
open(image);
if (nSlices > 1)
    exit("training takes single images: " + getTitle() + " has " + nSlices + " slices");
name = File.getNameWithoutExtension(image);
if (File.exists(folder + "target/" + name + ".tif"))
    exit(folder + "target/" + name + ".tif exists already; delete it, or rename the image");
getDimensions(width, height, channels, slices, frames);
getPixelSize(unit, pixelWidth, pixelHeight);
saveAs("Tiff", folder + "source/" + name + ".tif");

roiManager("reset");
roiManager("open", rois);
count = roiManager("count");
newImage("labels", "16-bit black", width, height, 1);
for (i = count - 1; i >= 0; i--) { // the first is drawn last
    roiManager("select", i);
    run("Set...", "value=" + (i + 1));
}
run("Select None");
setVoxelSize(pixelWidth, pixelHeight, 1, unit);
saveAs("Tiff", folder + "target/" + name + ".tif");
print(name + ": " + count + " outlines");
return "" + count;
