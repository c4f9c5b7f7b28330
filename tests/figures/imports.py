"""Import graph: arrows per module, and the longest chains between and inside subpackages."""

from __future__ import annotations

from tests.figures.modules import Module, imports_of

Graph = dict[str, set[str]]


def import_graph(modules: dict[str, Module], *, inside_functions: bool = False) -> Graph:
    """The own modules that each module imports when it is imported, or also later."""
    return {
        name: imports_of(module, modules, inside_functions=inside_functions)
        for name, module in modules.items()
    }


def arrows_per_module(graph: Graph) -> float:
    """Own modules that a module imports, on average."""
    return sum(map(len, graph.values())) / len(graph)


def subpackage_graph(modules: dict[str, Module], graph: Graph) -> Graph:
    """The import graph between top-level subpackages."""
    merged: Graph = {}
    for name, imported in graph.items():
        own = modules[name].subpackage
        others = {modules[other].subpackage for other in imported}
        merged.setdefault(own, set()).update(others - {own, ""})
    merged.pop("", None)
    return merged


def longest_chain(graph: Graph, uncounted: set[str] = frozenset()) -> list[str]:
    """The longest chain of imports; ``uncounted`` modules link others but add no length."""
    best: dict[str, list[str]] = {}

    def chain(name: str, above: tuple[str, ...]) -> list[str]:
        if name in above:
            raise ValueError("modules import each other: " + " > ".join([*above, name]))
        if name not in best:
            below = [chain(other, (*above, name)) for other in sorted(graph.get(name, ()))]
            longest = max(below, key=len, default=[])
            best[name] = ([] if name in uncounted else [name]) + longest
        return best[name]

    return max((chain(name, ()) for name in sorted(graph)), key=len, default=[])


def chains_inside(modules: dict[str, Module], graph: Graph) -> dict[str, list[str]]:
    """The longest chain inside each subpackage, faces not counted."""
    faces = {name for name, module in modules.items() if module.is_face}
    chains = {}
    for subpackage in sorted({module.subpackage for module in modules.values()} - {""}):
        inside = {name for name, module in modules.items() if module.subpackage == subpackage}
        part = {name: graph[name] & inside for name in inside}
        chains[subpackage] = longest_chain(part, faces)
    return chains
