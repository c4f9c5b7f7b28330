"""A session that is like pyimagej's 1.8.0 on a Fiji, with ImageJ 1 alone behind it.

What it does was observed on the real one (headless, imagej-legacy active); test_pyimagej.py holds
both to the same cases.  There is no ImageJ2: no Dataset, no ops, no conversions of ImgLib2.
"""

from __future__ import annotations

import re

OPEN = "--add-opens=java.base/java.lang=ALL-UNNAMED"


def init(setup, hooked=True):
    """Start Java as ``imagej.init`` does; ``hooked``: with the jars of ``start_pyimagej``."""
    import jpype

    if jpype.isJVMStarted():
        return StandIn()
    from deepbacs_zoo.fiji.java.headless_imagej import full_classpath

    jars = full_classpath(setup) if hooked else setup.classpath
    jpype.startJVM(
        str(setup.java.libjvm),
        "-Djava.awt.headless=true",
        "-XX:-UsePerfData",
        OPEN,
        classpath=list(map(str, jars)),
        interrupt=True,
    )
    if not hooked:
        jpype.JClass("net.imagej.patcher.LegacyInjector").preinit()
    gateway = StandIn()
    gateway.IJ.run("Close All")  # ImageJ reads its commands
    return gateway


class Legacy:
    """The legacy service."""

    def isActive(self):
        return True


class StandIn:
    """The gateway: classes of ImageJ 1, and ``py``."""

    def __init__(self):
        self.legacy = Legacy()
        self.py = Py()

    def getVersion(self):
        return f"2.17.0/{self.IJ.getVersion()}"

    IJ = property(lambda self: _java("ij.IJ"))
    WindowManager = property(lambda self: _java("ij.WindowManager"))
    ResultsTable = property(lambda self: _java("ij.measure.ResultsTable"))
    RoiManager = property(lambda self: _java("ij.plugin.frame.RoiManager"))


class Py:
    """The functions for Python."""

    def run_macro(self, macro, args=None):
        """Return a map of the outputs; an error is printed by Java, never raised."""
        declared = re.findall(r"(?m)^#@(output)?\s*(\w+)\s+(\w+).*$", macro)
        inputs = [(kind, name) for output, kind, name in declared if not output]
        outputs = [name for output, _, name in declared if output]
        head = "".join(f"{name} = {_literal(kind, args, name)};" for kind, name in inputs)
        body = re.sub(r"(?m)^#@.*$", "", macro)
        interpreter = _java("ij.macro.Interpreter")()
        found = _java("java.util.HashMap")()
        try:
            value = interpreter.run(head + body, "")
        except _jpype().JException as error:
            _java("java.lang.System").err.println(str(error))
            value = None
        if interpreter.getErrorMessage() is not None:
            _java("java.lang.System").err.println(f"Macro Error: {interpreter.getErrorMessage()}")
        for name in outputs:
            found.put(name, _variable(interpreter, name))
        if not outputs:
            found.put("result", value)
        return found

    def run_plugin(self, plugin, args=None, ij1_style=True, imp=None):
        """Return nothing; "Macro canceled" is the one error that is raised."""
        options = "".join(map(_word, (args or {}).items()))
        if imp is None:
            _java("ij.IJ").run(plugin, options)
        else:
            _java("ij.IJ").run(imp, plugin, options)


def _word(pair):
    key, value = pair
    return f"{key} " if value is True else "" if value is False else f"{key}=[{value}] "


def _literal(kind, args, name):
    value = (args or {})[name]
    return f'"{value}"' if kind == "String" else str(value)


def _variable(interpreter, name):
    text = interpreter.getStringVariable(name)
    return text if text is not None else interpreter.getVariable2(name)


def _jpype():
    import jpype

    return jpype


def _java(name):
    return _jpype().JClass(name)
