"""Which coil, input and register says what; `docs/station/plc.md` has it as tables."""

from scuff.core.verdict import Outcome
from scuff.serving.exchange import Exchange
from scuff.serving.port import State
from scuff.serving.signals import Inputs, Outputs

MAP_VERSION = 1
WORD = 65536

TRIGGER, ACK, SELECT = 0, 1, 2
"""Coils that the PLC sets and takes back."""
ONCE = 8
"""What to add for the coils that the PLC sets and the station takes back once it has answered."""
COILS = ONCE + 3

DISCRETE_INPUTS = (
    "ready",
    "busy",
    "accepted",
    "known",
    "refused",
    "result_valid",
    "ok",
    "ng",
    "review",
    "not_inspected",
    "recipe_accepted",
    "recipe_refused",
    "error",
)
"""Names of :class:`~scuff.serving.signals.Outputs`, by address."""

TRIGGER_ID, RECIPE, SERIAL = 0, 2, 10
SERIAL_WORDS = 16
HOLDING_REGISTERS = SERIAL + SERIAL_WORDS

INPUT_REGISTERS = 58
STATES = {state: number for number, state in enumerate(State)}
OUTCOMES = {outcome: number for number, outcome in enumerate(Outcome, start=1)}


def inputs_of(coils: list[bool | None], holding: list[int]) -> Inputs:
    """Read what the PLC has set.

    Args:
        coils: The coils from address 0; None: not written since the start.
        holding: The holding registers from address 0.
    """
    trigger, ack, select = (_either(coils[each], coils[each + ONCE]) for each in (TRIGGER, ACK, SELECT))
    return Inputs(
        trigger=trigger,
        ack=ack,
        select=select is True,
        serial=text_of(holding[SERIAL : SERIAL + SERIAL_WORDS]),
        trigger_id=holding[TRIGGER_ID] * WORD + holding[TRIGGER_ID + 1],
        recipe=holding[RECIPE],
    )


def _either(level: bool | None, once: bool | None) -> bool | None:
    return None if level is None and once is None else bool(level or once)


def discrete_inputs(outputs: Outputs) -> list[bool]:
    """Give the discrete inputs from address 0."""
    return [getattr(outputs, name) for name in DISCRETE_INPUTS]


def input_registers(exchange: Exchange, heartbeat: int) -> list[int]:
    """Give the input registers from address 0.

    Args:
        exchange: The handshake, and the result that is on offer or was so last.
        heartbeat: A number that grows while the station is alive.
    """
    registers = [0] * INPUT_REGISTERS
    outputs, status, accepted = exchange.outputs, exchange.status, exchange.accepted
    registers[0:4] = [MAP_VERSION, heartbeat % WORD, STATES[status.state] if status else 0, outputs.error_code]
    registers[4:6] = [outputs.refusal, outputs.recipe_refusal]
    registers[6:8] = [exchange.recipe, len(exchange.recipes)]
    registers[8:10] = [min(status.waiting, WORD - 1) if status else 0, outputs.refusals % WORD]
    if accepted:
        registers[10:13] = [*long(accepted.id), not accepted.is_new]
    registers[20:46] = _result(exchange)
    for place, outcome in zip(range(50, INPUT_REGISTERS, 2), Outcome, strict=True):
        registers[place : place + 2] = long(exchange.taken[outcome])
    return registers


def _result(exchange: Exchange) -> list[int]:
    registers = [0] * 26
    if (report := exchange.report) is not None:
        took_ms = min(round(report.inspection_ms or 0), WORD - 1)
        registers[0:4] = [*long(report.id), *long(exchange.trigger_id)]
        registers[4:7] = [OUTCOMES[report.outcome], min(len(report.defects), WORD - 1), took_ms]
        registers[10:26] = words_of(report.part)
    return registers


def long(number: int) -> list[int]:
    """Give 32 bits as two registers, the high one first."""
    return [number // WORD % WORD, number % WORD]


def text_of(words: list[int]) -> str | None:
    """Read ASCII, two characters a register, the first in the high byte; what is left over is zeros or spaces.

    Returns:
        The text, or None where the registers hold anything but printable ASCII.
    """
    text = b"".join(word.to_bytes(2, "big") for word in words).rstrip(b"\0 ").decode("latin-1")
    return text if text.isascii() and text.isprintable() else None


def words_of(text: str) -> list[int]:
    """Write a text as :func:`text_of` reads it; what is not ASCII becomes a question mark, what is too long is cut."""
    octets = text.encode("ascii", "replace")[: 2 * SERIAL_WORDS].ljust(2 * SERIAL_WORDS, b"\0")
    return [int.from_bytes(octets[place : place + 2], "big") for place in range(0, len(octets), 2)]
