"""What a service says while it runs: one JSON object a line for machines, one sentence a line on a terminal."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import TextIO

LOGGER = logging.getLogger("scuff")


def tell(level: int, event: str, message: str, **facts: object) -> None:
    """Write a line of the log.

    Args:
        level: As `logging` has it.
        event: What happened, in a word or two that do not change; docs/station/line.md lists them.
        message: The same for people.
        facts: What it is about, such as part, camera or reason; empty ones are left out.
    """
    LOGGER.log(level, message, extra={"event": event, "facts": facts})


def set_up(stream: TextIO | None = None, as_json: bool | None = None) -> None:
    """Send all that is logged to one stream.

    Args:
        stream: The standard error if not given.
        as_json: Objects, or sentences; if not given: sentences on a terminal.
    """
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if as_json or (as_json is None and not stream.isatty()) else Sentences())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    LOGGER.setLevel(logging.INFO)


def facts_of(record: logging.LogRecord) -> dict[str, object]:
    """What a line is about, without what is empty."""
    facts: dict[str, object] = getattr(record, "facts", {})
    return {name: value for name, value in facts.items() if value not in (None, "")}


class JsonLines(logging.Formatter):
    """Writes an object with time, level, event, message, and the facts; a traceback is one of them."""

    def format(self, record: logging.LogRecord) -> str:
        """Make a line of a record."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": getattr(record, "event", record.name),
            "message": record.getMessage(),
            **facts_of(record),
        }
        if record.exc_info:
            line["traceback"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class Sentences(logging.Formatter):
    """Writes a sentence after the local time of day."""

    def format(self, record: logging.LogRecord) -> str:
        """Make a line of a record, and lines of its traceback."""
        at = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        level = "" if record.levelno < logging.WARNING else f"{record.levelname}: "
        text = f"{at} {level}{record.getMessage()}"
        if record.exc_info:
            text += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
        return text
