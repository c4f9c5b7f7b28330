// Run a model on a time series (or a stack) and count the cells of every frame.
//
// Beside the usual results, <movie>_counts.csv has one row for each frame, and <movie>_counts.png is
// a plot of it.  With a model that finds boxes the table is one of the results, has one row for each
// class in each frame, and is not plotted.
//
// From a command line, one key=value a line in the argument:
//   deepbacs-zoo fiji run DeepBacs_Time_Series.ijm --arg model_path=package.zip
//       --arg input_path=movie.tif --arg output_folder=results

List.setList(getArgument());
model = List.get("model_path");
if (model == "")
    model = File.openDialog("The model: a package (.zip) of the BioImage Model Zoo");
movie = List.get("input_path");
if (movie == "")
    movie = File.openDialog("The time series");
output = List.get("output_folder");
if (output == "")
    output = getDirectory("Where the results go");
if (!endsWith(output, File.separator) && !endsWith(output, "/"))
    output = output + File.separator;

run("DeepBacs Run", "model_path=[" + model + "] input_path=[" + movie + "] output_folder=[" + output
    + "] overwrite");

if (indexOf(call("deepbacs.zoo.plugin.Report.json"), "_counts.csv") >= 0)
    return output + call("deepbacs.zoo.plugin.Report.stem") + "_counts.csv";

// The label image has as many frames as the movie, also those without a cell.
base = output + call("deepbacs.zoo.plugin.Report.stem");
setBatchMode(true);
open(base + "_labels.tif");
Stack.getDimensions(width, height, channels, slices, frames);
interval = Stack.getFrameInterval();
close();
counts = newArray(frames);
times = newArray(frames);
rows = split(File.openAsString(base + "_table.csv"), "\n");
for (i = 1; i < rows.length; i++) {
    cells = split(rows[i], ",");
    frame = parseInt(cells[1]);
    counts[frame] = counts[frame] + 1;
}
text = "frame,seconds,cells\n";
for (i = 0; i < frames; i++) {
    times[i] = i * interval;
    if (interval == 0)
        times[i] = i;
    text = text + i + "," + i * interval + "," + counts[i] + "\n";
}
File.saveString(text, base + "_counts.csv");
Array.getStatistics(counts, least, most);
Plot.create("Cells", "time (s, else frames)", "cells", times, counts);
Plot.setLimits(0, maxOf(times[frames - 1], 1), 0, maxOf(most * 1.1, 1));
Plot.show();
saveAs("PNG", base + "_counts.png");
close();
print(base + "_counts.csv: " + rows.length - 1 + " cells in " + frames + " frames");
return base + "_counts.csv";
