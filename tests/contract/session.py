"""What somebody has open in a live ImageJ: made, and looked at, through JPype."""

from __future__ import annotations

from contextlib import suppress

ij = None
"""The gateway of pyimagej, or what stands in for it."""


def _java(name):
    import jpype

    return jpype.JClass(name)


def fill():
    """Open images with a selection and an overlay, measure, and change settings."""
    ij, prefs = _java("ij.IJ"), _java("ij.Prefs")
    first = ij.createImage("mine", "16-bit ramp", 40, 30, 3)
    first.setRoi(_java("ij.gui.Roi")(2, 3, 10, 11))
    first.setOverlay(_java("ij.gui.Overlay")(_java("ij.gui.Roi")(1, 1, 5, 5)))
    first.show()
    second = ij.createImage("also mine", "8-bit white", 20, 10, 1)
    second.setRoi(4, 4, 3, 3)
    second.show()
    _java("ij.WindowManager").setTempCurrentImage(first)
    table = _java("ij.measure.ResultsTable").getResultsTable()
    table.incrementCounter()
    table.addValue("mine", 42.0)
    analyzer = _java("ij.plugin.filter.Analyzer")
    analyzer.setMeasurements(analyzer.getMeasurements() | 1)
    analyzer.setPrecision(7)
    toolbar = _java("ij.gui.Toolbar")
    toolbar.setForegroundColor(_java("java.awt.Color")(1, 2, 3))
    toolbar.setBackgroundColor(_java("java.awt.Color")(4, 5, 6))
    prefs.blackBackground = True
    prefs.set("mine.key", "value")
    _java("ij.gui.Roi").previousRoi = _java("ij.gui.Roi")(7, 7, 7, 7)
    # Without a window there is a ROI manager only with the patched classes.
    with suppress(_java("java.awt.HeadlessException")):
        _java("ij.plugin.frame.RoiManager").getRoiManager().addRoi(_java("ij.gui.Roi")(1, 2, 3, 4))


def look():
    """Return all of that as plain data."""
    prefs, analyzer = _java("ij.Prefs"), _java("ij.plugin.filter.Analyzer")
    manager, toolbar = _java("ij.WindowManager"), _java("ij.gui.Toolbar")
    images = [_image(manager.getImage(number)) for number in (manager.getIDList() or ())]
    table = _java("ij.measure.ResultsTable").getResultsTable()
    current = manager.getCurrentImage()
    rois = _java("ij.plugin.frame.RoiManager").getInstance2()
    return {
        "images": images,
        "current": None if current is None else str(current.getTitle()),
        "table": [str(table.getRowAsString(row)) for row in range(table.size())],
        "rois": [] if rois is None else [str(roi) for roi in rois.getRoisAsArray()],
        "measurements": int(analyzer.getMeasurements()),
        "precision": int(analyzer.getPrecision()),
        "colors": [str(toolbar.getForegroundColor()), str(toolbar.getBackgroundColor())],
        "black": bool(prefs.blackBackground),
        "key": str(prefs.get("mine.key", "")),
        "other": str(prefs.get("other.key", "")),
        "folder": str(prefs.getPrefsDir()),
        "previous": str(_java("ij.gui.Roi").previousRoi),
        "batch": bool(_java("ij.macro.Interpreter").batchMode),
        "output": str(_java("java.lang.System").out),
        "home": str(_java("java.lang.System").getProperty("user.home")),
    }


def _image(image):
    roi, stack = image.getRoi(), image.getStack()
    return {
        "title": str(image.getTitle()),
        "id": int(image.getID()),
        "roi": str(roi),
        "overlay": 0 if image.getOverlay() is None else int(image.getOverlay().size()),
        "slice": int(image.getCurrentSlice()),
        "locked": bool(image.isLocked()),
        "changes": bool(image.changes),
        "pixels": [bytes(memoryview(stack.getPixels(z + 1))) for z in range(stack.getSize())],
    }


def about():
    """Return what the session says about itself."""
    return {
        "version": str(ij.getVersion()),
        "active": bool(ij.legacy.isActive()),
        "imagej": str(ij.IJ.getVersion()),
    }


def run_macro(code, arguments=None):
    """Return the outputs of a macro as texts."""
    found = ij.py.run_macro(code, arguments)
    return {str(key): None if found[key] is None else str(found[key]) for key in found.keySet()}


def run_plugin(command, options):
    """Return what a command gives, or its exception's message, and how many images it opens."""
    import jpype

    before = len(ij.WindowManager.getIDList() or ())
    try:
        found = str(ij.py.run_plugin(command, options))
    except jpype.JException as error:
        found = str(error.getMessage())
    return found, len(ij.WindowManager.getIDList() or ()) - before
