"""What pyimagej's own functions do, on the real one and on what stands in for it here."""

from __future__ import annotations

import os

import pytest

from tests.contract.hosts import RemoteGateway
from tests.contract.test_gateways import FIJI, needs_pyimagej
from tests.fiji.gateways import BROKEN, gateway_setup


@pytest.fixture(params=["stand-in", "real"], scope="module")
def session(request):
    pytest.importorskip("jpype")
    if request.param == "stand-in":
        opened = RemoteGateway("stand_in", gateway_setup())
    else:
        fiji = os.environ.get(FIJI)
        if not fiji:
            pytest.skip(f"{FIJI} names no Fiji folder")
        needs_pyimagej(fiji)
        opened = RemoteGateway("pyimagej", gateway_setup(), fiji)
    yield opened
    assert opened.end() == 0


def test_a_session_has_imagej_1_inside_imagej2(session):
    found = session.session("about")
    assert found["version"] == f"2.17.0/{found['imagej'].rpartition('/')[2]}"
    assert found["active"]
    assert session.info.hooked


@pytest.mark.parametrize(
    ("code", "arguments", "outputs"),
    [
        ("x = 1;", None, {"result": None}),
        ('return "x";', None, {"result": "x"}),
        ("#@output String y\ny = 'a';", None, {"y": "a"}),
        ("#@ String name\n#@output String y\ny = name + '!';", {"name": "ü"}, {"y": "ü!"}),
        ("#@output String y\ny = 'a';\nundefined(1);\ny = 'b';", None, {"y": "a"}),
        ("undefined(1);", None, {"result": None}),
    ],
)
def test_run_macro_gives_a_map_and_raises_nothing(session, code, arguments, outputs):
    assert session.session("run_macro", code, arguments) == outputs


def test_run_plugin_gives_nothing_and_swallows_exceptions(session):
    options = {"name": "a b", "type": "8-bit", "width": 7, "height": 5, "slices": 2, "fill": True}
    assert session.session("run_plugin", "Image...", options) == ("None", 1)
    assert session.session("run_plugin", "No Such Command", {}) == ("Macro canceled", 0)
    session.run_macro(f'call("{BROKEN}.register");')
    assert session.session("run_plugin", "Misbehave throw", {}) == ("None", 0)


def test_the_gateway_raises_what_the_session_swallows(session):
    from deepbacs_zoo.errors import MacroError

    with pytest.raises(MacroError, match="Undefined identifier"):
        session.run_macro("undefined(1);")
    session.run_macro(f'call("{BROKEN}.register");')
    with pytest.raises(MacroError, match="plugin broke, as asked"):
        session.run_plugin("Misbehave throw", {})
