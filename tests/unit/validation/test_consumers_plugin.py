"""Rules of the plugin, which refuses what its prediction refuses."""

from __future__ import annotations

from deepbacs_zoo.package import open_package
from deepbacs_zoo.summary import Verdict
from deepbacs_zoo.validation.consumers.plugin import CONSUMER
from deepbacs_zoo.validation.context import Context
from tests.packages import CASES


def test_an_input_that_no_image_fits_is_not_run(tmp_path):
    def changed(description, files):
        for tensor in description["inputs"]:
            tensor["axes"] = [
                {"type": "index", "size": 5} if axis.get("type") == "batch" else axis
                for axis in tensor["axes"]
            ]

    with open_package(CASES["bcyx"](tmp_path, change=changed)) as package:
        (verdict,) = CONSUMER.check(Context(package)).consumers
    assert verdict.verdict is Verdict.FAILS
    assert [finding.id for finding in verdict.findings] == ["plugin-index-axis"]
