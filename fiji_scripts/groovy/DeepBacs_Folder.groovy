// Run a model on every image of a folder; a bad image is reported, and the others go on.
//
// In Fiji: open this file in the script editor (File > Open...), and press Run; or copy it into
// Fiji's folder scripts/Plugins/DeepBacs, and it is in the menu.

#@ File (label = "Model: a package (.zip)") model
#@ File (label = "Folder of images", style = "directory") input
#@ File (label = "Folder for the results", style = "directory") output
#@ Boolean (label = "Replace results that exist", value = false, persist = false) overwrite
#@output String summary

import deepbacs.zoo.images.ImageFiles
import deepbacs.zoo.plugin.DeepBacs
import deepbacs.zoo.plugin.Report
import ij.IJ

files = ImageFiles.of(input)
done = bad = objects = 0
files.eachWithIndex { file, index ->
    IJ.showProgress(index, files.size())
    // "keep_going": a bad image does not end the script.
    options = "model_path=[$model] input_path=[$file] output_folder=[$output] keep_going"
    DeepBacs.run(options + (overwrite ? " overwrite" : " skip_existing"))
    if (Report.error()) {
        println "${file.name}: ${Report.error()}"
        bad++
    } else {
        objects += DeepBacs.count() as int
        done++
    }
}
IJ.showProgress(1.0)
DeepBacs.close()

summary = "$done images done, $bad failed, $objects objects".toString()
println "$summary; results in $output"
