"""The zoo on this computer: its artifact manager and the store of its files, with their refusals.

``with zoo() as server:`` starts one; ``server.url`` is its address.  Requests and answers are those
of Hypha's artifact manager (``/public/services/artifact-manager/…``) and of a store that takes
presigned addresses only (``/s3/…``).
"""

from __future__ import annotations

from tests.zoo_server.server import ZooServer, zoo
from tests.zoo_server.troubles import Trouble

__all__ = ["Trouble", "ZooServer", "zoo"]
