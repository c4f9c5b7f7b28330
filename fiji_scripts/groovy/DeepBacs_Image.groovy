// Run a model on the image that is open: labels, outlines on the image, a table of its objects.
//
// In Fiji: open this file in the script editor (File > Open...), and press Run; or copy it into
// Fiji's folder scripts/Plugins/DeepBacs, and it is in the menu.

#@ ImagePlus image
#@ File (label = "Model: a package (.zip)") model
#@ Double (label = "Pixel size (µm), 0: as the image says", value = 0, persist = false) pixelSize
#@output Integer count

import deepbacs.zoo.plugin.DeepBacs

options = pixelSize > 0 ? "pixel_size=$pixelSize".toString() : ""
results = DeepBacs.run(model.path, image, options)
results.findings().each { println it }

if (results.kind() == "labels") results.labels().show()
if (results.kind() == "image") results.outputs().each { results.output(it).show() }
if (results.overlay() != null) image.setOverlay(results.overlay())
if (results.table() != null) results.table().show("Objects of " + image.title)

count = results.count()
println "${image.title}: $count objects, ${results.engine()}"
