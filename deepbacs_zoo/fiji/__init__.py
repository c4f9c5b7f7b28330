"""ImageJ and Fiji: a Java, the libraries, the plugin, and gateways that run macros.

The names below are loaded when they are first used: finding a Java needs no array library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from deepbacs_zoo.fiji.gateways.attached import attach
    from deepbacs_zoo.fiji.gateways.choice import open_gateway
    from deepbacs_zoo.fiji.gateways.embedded import open_embedded
    from deepbacs_zoo.fiji.gateways.objects import from_java, to_imageplus, to_java
    from deepbacs_zoo.fiji.gateways.protocol import Gateway, GatewayInfo, MacroResult, Table
    from deepbacs_zoo.fiji.gateways.pyimagej import start_pyimagej
    from deepbacs_zoo.fiji.gateways.worker import open_worker
    from deepbacs_zoo.fiji.java.folder import FijiFolder, read_folder
    from deepbacs_zoo.fiji.java.jars import fetch_jars
    from deepbacs_zoo.fiji.java.runtime import Java, find_java
    from deepbacs_zoo.fiji.java.setup import JavaEnvironment, prepare
    from deepbacs_zoo.fiji.settings import scripts_folder

__all__ = [
    "FijiFolder",
    "Gateway",
    "GatewayInfo",
    "Java",
    "JavaEnvironment",
    "MacroResult",
    "Table",
    "attach",
    "fetch_jars",
    "find_java",
    "from_java",
    "open_embedded",
    "open_gateway",
    "open_worker",
    "prepare",
    "read_folder",
    "scripts_folder",
    "start_pyimagej",
    "to_imageplus",
    "to_java",
]

_MODULE_OF: Final = {
    "FijiFolder": "java.folder",
    "Gateway": "gateways.protocol",
    "GatewayInfo": "gateways.protocol",
    "Java": "java.runtime",
    "MacroResult": "gateways.protocol",
    "JavaEnvironment": "java.setup",
    "Table": "gateways.protocol",
    "attach": "gateways.attached",
    "fetch_jars": "java.jars",
    "find_java": "java.runtime",
    "from_java": "gateways.objects",
    "open_embedded": "gateways.embedded",
    "open_gateway": "gateways.choice",
    "open_worker": "gateways.worker",
    "prepare": "java.setup",
    "read_folder": "java.folder",
    "scripts_folder": "settings",
    "start_pyimagej": "gateways.pyimagej",
    "to_imageplus": "gateways.objects",
    "to_java": "gateways.objects",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module attribute may be anything
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'deepbacs_zoo.fiji' has no attribute {name!r}")
    return getattr(import_module(f"deepbacs_zoo.fiji.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
