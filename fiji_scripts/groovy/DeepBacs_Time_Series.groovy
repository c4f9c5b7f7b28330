// Run a model on the time series that is open, and plot the number of its objects over time.
//
// In Fiji: open this file in the script editor (File > Open...), and press Run; or copy it into
// Fiji's folder scripts/Plugins/DeepBacs, and it is in the menu.

#@ ImagePlus movie
#@ File (label = "Model: a package (.zip)") model
#@output String counts

import deepbacs.zoo.plugin.DeepBacs
import ij.gui.Plot
import ij.measure.ResultsTable

results = DeepBacs.run(model.path, movie)
if (results.overlay() == null)
    throw new IllegalArgumentException("this model finds no objects; choose one for labels or boxes")

// The table has one row for each object, with its frame; frames without one are not in it.
table = results.table()
found = [0] * movie.NFrames
for (row in 0..<table.size())
    found[table.getValue("t", row) as int]++

interval = movie.calibration.frameInterval
times = (0..<movie.NFrames).collect { it * (interval ?: 1.0d) } as double[]
heights = found as double[]
plot = new Plot("Objects of " + movie.title, interval ? "time (s)" : "frame", "objects")
plot.add("connected circle", times, heights)
plot.setLimits(0, Math.max(times[-1], 1.0d), 0, Math.max(heights.max() * 1.1d, 1.0d))
plot.show()

movie.setOverlay(results.overlay())
rows = new ResultsTable()
found.eachWithIndex { number, frame ->
    rows.addRow()
    rows.addValue("frame", frame)
    rows.addValue("seconds", frame * interval)
    rows.addValue("objects", number)
}
rows.show("Objects over time")
counts = found.join(" ")
