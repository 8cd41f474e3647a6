import io
import json
import logging

import pytest

from scuff.serving.logs import set_up, tell

pytestmark = pytest.mark.usefixtures("kept_log")


def test_each_line_is_an_object_with_what_it_is_about() -> None:
    stream = io.StringIO()
    set_up(stream)
    tell(logging.ERROR, "fault", "left: gone", device="left", part="", camera=None, id=0)
    line = json.loads(stream.getvalue())
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "error", "event": "fault", "message": "left: gone", "device": "left", "id": 0}


def test_a_traceback_stays_in_its_line() -> None:
    stream = io.StringIO()
    set_up(stream)
    try:
        raise RuntimeError("unheard of")
    except RuntimeError:
        logging.getLogger("scuff.serving").exception("it broke")
    (text,) = stream.getvalue().splitlines()
    assert "RuntimeError: unheard of" in json.loads(text)["traceback"]


def test_people_get_sentences() -> None:
    stream = io.StringIO()
    set_up(stream, as_json=False)
    tell(logging.INFO, "triggered", "part P1: triggered", part="P1")
    tell(logging.ERROR, "fault", "left: gone", device="left")
    first, second = stream.getvalue().splitlines()
    assert first[8:] == " part P1: triggered"
    assert second[8:] == " ERROR: left: gone"


def test_what_libraries_chat_about_is_left_out() -> None:
    stream = io.StringIO()
    set_up(stream)
    logging.getLogger("asyncua").info("a subscription")
    assert stream.getvalue() == ""
