"""Tokens are found, used, and shown nowhere."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import sys
import traceback
import types
from datetime import UTC, datetime, timedelta

import pytest

from deepbacs_zoo.errors import DeepbacsZooError, UsageError
from deepbacs_zoo.publishing.credentials import Token, find_token
from deepbacs_zoo.publishing.zoo.upload import send
from tests.unit.publishing.conftest import TOKEN
from tests.zoo_server import Trouble

SECRET = "s3cr3t-t0k3n"
VARIABLES = ("ONE_TOKEN", "OTHER_TOKEN")


def web_token(**claims):
    parts = [{"alg": "none"}, claims]
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
    return ".".join(part.rstrip("=") for part in [*coded, "signature"])


def test_the_first_variable_that_is_set_counts(monkeypatch):
    monkeypatch.setenv("ONE_TOKEN", " ")
    monkeypatch.setenv("OTHER_TOKEN", f" {SECRET}\n")
    token = find_token("zoo.example", VARIABLES, "sign in")
    assert token.source == "OTHER_TOKEN"
    assert token.header() == {"Authorization": f"Bearer {SECRET}"}


def with_keyring(monkeypatch, get):
    keyring, errors = types.ModuleType("keyring"), types.ModuleType("keyring.errors")
    errors.KeyringError = type("KeyringError", (Exception,), {})
    keyring.get_password, keyring.errors = get(errors.KeyringError), errors
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)


def test_a_keyring_may_hold_it(monkeypatch):
    kept = {("deepbacs_zoo", "zoo.example"): SECRET}
    with_keyring(monkeypatch, lambda error: lambda *place: kept.get(place))
    token = find_token("zoo.example", VARIABLES, "sign in")
    assert token.header()["Authorization"].endswith(SECRET)
    with pytest.raises(UsageError):
        find_token("other.example", VARIABLES, "sign in")


def test_without_one_the_sentence_says_where_it_may_be(monkeypatch):
    def locked(error):
        def get(*place):
            raise error("locked")

        return get

    with_keyring(monkeypatch, locked)
    with pytest.raises(UsageError) as caught:
        find_token("zoo.example", VARIABLES, "sign in there")
    sentence = str(caught.value)
    assert sentence.startswith("zoo.example: there is no token for this server; allowed: ")
    assert "ONE_TOKEN or OTHER_TOKEN" in sentence
    assert "keyring set deepbacs_zoo zoo.example" in sentence


@pytest.mark.parametrize("value", [f"{SECRET} {SECRET}", f"{SECRET}\x00", f"ü{SECRET}", "'", ""])
def test_what_cannot_be_a_token_is_not_shown(value):
    if value == "'":
        assert Token(value, "X").header()
        return
    with pytest.raises(UsageError, match="this is no token") as caught:
        Token(value, "ONE_TOKEN")
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value)


def test_a_token_is_shown_and_written_nowhere():
    token = Token(SECRET, "ONE_TOKEN")
    shown = f"{token} {token!r} {[token]}" + " %s" % token  # noqa: UP031
    assert SECRET not in shown
    assert "Token(ONE_TOKEN)" in shown
    for write in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            write(token)
    with pytest.raises(TypeError):
        json.dumps(token)
    assert not hasattr(token, "__dict__")
    assert token.hide(f"Bearer {SECRET}!") == "Bearer [token]!"


def test_a_web_token_says_who_and_until_when():
    token = Token(web_token(sub="github|anna", exp=1_700_000_000), "X")
    assert token.user == "github|anna"
    assert token.expires == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    for odd in ("a.b.c", SECRET, web_token(exp="soon", sub=3), web_token(exp=1e300)):
        assert (Token(odd, "X").user, Token(odd, "X").expires) == (None, None)


# --- in an upload -------------------------------------------------------------------------------


def refused(submission):
    with pytest.raises(UsageError) as caught:
        send(submission, None, review=True, report=lambda *each: None)
    return str(caught.value)


def test_an_expired_token_is_one_sentence(server, submission, monkeypatch):
    then = datetime.now(UTC) - timedelta(days=2)
    monkeypatch.setenv(TOKEN, web_token(exp=then.timestamp()))
    sentence = refused(submission)
    assert "the server does not accept the token" in sentence
    assert f"it expired on {then:%Y-%m-%d %H:%M} UTC" in sentence
    assert f"it comes from {TOKEN}" in sentence
    assert "nothing of it is on the server" in sentence
    assert "clock" not in sentence


def test_a_wrong_clock_is_said(server, submission, monkeypatch):
    server.clock = 7200
    monkeypatch.setenv(TOKEN, web_token(exp=(datetime.now(UTC) + timedelta(hours=1)).timestamp()))
    sentence = refused(submission)
    assert "the clock of this computer is 120 minutes behind the server's" in sentence
    assert "it expired on" in sentence, "by the clock of the server"
    server.clock = -7200
    assert "120 minutes ahead of the server's" in refused(submission)


def test_no_log_error_or_state_has_the_token(server, submission, monkeypatch, caplog, tmp_path):
    caplog.set_level("DEBUG")
    monkeypatch.setenv(TOKEN, SECRET)
    server.tokens[SECRET] = "github|anna"
    server.troubles += [Trouble("create", 400, f"you sent {SECRET}")]
    texts = []
    for _ in range(2):
        try:
            send(submission, None, review=True, report=lambda *each: None)
        except DeepbacsZooError as error:
            texts += [str(error), repr(error), "".join(traceback.format_exception(error))]
            texts += [repr(vars(error)), repr(error.__context__), repr(error.__cause__)]
    assert server.drafts
    assert "you sent [token]" in texts[0]
    texts += [caplog.text, *(repr(record.__dict__) for record in caplog.records)]
    texts += [path.read_text() for path in (tmp_path / "state").glob("*.json")]
    assert len(texts) > 7
    assert not [text for text in texts if SECRET in text]
    assert not [text for text in texts if "X-Amz-Signature" in text]
