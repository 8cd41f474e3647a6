import asyncio
from collections.abc import Awaitable, Callable

import pytest
from pymodbus.client import AsyncModbusTcpClient
from tests.fixtures.fake_line import FakeLine, report
from tests.fixtures.soon import free_port, until

from scuff.core.station_recipe import Line, Modbus
from scuff.core.verdict import Outcome
from scuff.serving import modbus_map as table
from scuff.serving.modbus import ModbusPort
from scuff.serving.port import PublishError, State
from scuff.serving.signals import Code


class Plc:
    """A PLC, as it sees the station over Modbus TCP."""

    def __init__(self, port: int) -> None:
        self.client = AsyncModbusTcpClient("127.0.0.1", port=port)

    async def sees(self, name: str, value: bool = True) -> None:
        await until(self.inputs, lambda inputs: inputs[name] is value)

    async def inputs(self) -> dict[str, bool]:
        answer = await self.client.read_discrete_inputs(0, count=len(table.DISCRETE_INPUTS))
        return dict(zip(table.DISCRETE_INPUTS, answer.bits, strict=False))

    async def registers(self) -> list[int]:
        return list((await self.client.read_input_registers(0, count=table.INPUT_REGISTERS)).registers)

    async def coil(self, address: int, value: bool = True) -> None:
        assert not (await self.client.write_coil(address, value)).isError()

    async def holding(self, address: int, values: list[int]) -> None:
        assert not (await self.client.write_registers(address, values)).isError()


Story = Callable[[ModbusPort, FakeLine, Plc], Awaitable[None]]


def play(story: Story, ack_timeout_s: float = 20.0, says: bool = True) -> None:
    """Tell a story of a PLC that says at first, or does not, that its signals are off."""

    async def run() -> None:
        number = free_port()
        port = ModbusPort(Modbus(port=number), Line(ack_timeout_s=ack_timeout_s))
        line, plc = FakeLine(), Plc(number)
        runs = asyncio.create_task(port.run(line))
        await until(plc.client.connect, bool)
        await plc.sees("ready")
        if says:
            await plc.client.write_coils(table.TRIGGER, [False] * 3)
        await story(port, line, plc)
        plc.client.close()
        runs.cancel()
        await asyncio.wait([runs])

    asyncio.run(run())


def test_a_part_from_trigger_to_result() -> None:
    async def story(port: ModbusPort, line: FakeLine, plc: Plc) -> None:
        await plc.holding(table.TRIGGER_ID, [1, 2])
        await plc.holding(table.SERIAL, table.words_of("LID-0042"))
        await plc.coil(table.TRIGGER)
        await plc.sees("accepted")
        assert [(each.id, each.part) for each in line.triggers] == [("modbus-65538", "LID-0042")]
        registers = await plc.registers()
        assert registers[10:13] == [0, 1, 0]
        await plc.coil(table.TRIGGER, False)
        assert (await plc.inputs())["busy"]
        publish = asyncio.create_task(port.publish(report(1, Outcome.FAIL, "modbus-65538", "LID-0042")))
        await plc.sees("result_valid")
        inputs, registers = await plc.inputs(), await plc.registers()
        assert [inputs[name] for name in ("ok", "ng", "review", "not_inspected", "busy")] == [0, 1, 0, 0, 0]
        assert registers[20:27] == [0, 1, 1, 2, 2, 1, 413]
        assert table.text_of(registers[30:46]) == "LID-0042"
        await plc.coil(table.ACK)
        await publish
        await plc.sees("result_valid", False)
        assert (await plc.registers())[50:58] == [0, 0, 0, 1, 0, 0, 0, 0]

    play(story)


def test_coils_that_the_station_takes_back() -> None:
    async def story(port: ModbusPort, line: FakeLine, plc: Plc) -> None:
        async def coils() -> list[bool]:
            return list((await plc.client.read_coils(table.ONCE, count=3)).bits[:3])

        line.stores.clear()
        await plc.coil(table.ONCE + table.TRIGGER)
        await plc.coil(table.ONCE + table.TRIGGER)
        assert await coils() == [True, False, False]
        line.stores.set()
        await until(coils, lambda seen: seen == [False] * 3)
        assert len(line.triggers) == 1
        assert (await plc.registers())[4] == Code.NONE
        await plc.coil(table.ONCE + table.TRIGGER)
        await until(coils, lambda seen: seen == [False] * 3)
        assert len(line.triggers) == 2
        publish = asyncio.create_task(port.publish(report(1)))
        await plc.sees("result_valid")
        await plc.coil(table.ONCE + table.ACK)
        await publish
        assert await coils() == [False] * 3
        await plc.holding(table.RECIPE, [2])
        await plc.coil(table.ONCE + table.SELECT)
        await until(coils, lambda seen: seen == [False] * 3)
        assert line.status.recipe == "sink"

    play(story)


def test_an_ack_of_before_the_start_takes_no_result_of_after_it() -> None:
    async def story(port: ModbusPort, line: FakeLine, plc: Plc) -> None:
        publish = asyncio.create_task(port.publish(report(2)))
        await plc.sees("result_valid")
        await plc.client.write_coils(table.TRIGGER, [False, True, False])  # as a master that writes all, all the time
        assert not (await plc.inputs())["result_valid"]
        await plc.coil(table.ACK)
        assert not publish.done()
        await plc.coil(table.ACK, False)
        assert (await plc.inputs())["result_valid"]
        await plc.coil(table.ACK)
        await publish

    play(story, says=False)


def test_an_ack_that_is_repeated_over_the_start_shows_the_result_again() -> None:
    async def story(port: ModbusPort, line: FakeLine, plc: Plc) -> None:
        publish = asyncio.create_task(port.publish(report(2)))
        await plc.sees("result_valid")
        await plc.coil(table.ONCE + table.ACK)
        assert not (await plc.client.read_coils(table.ONCE, count=3)).bits[table.ACK]
        assert (await plc.inputs())["result_valid"]
        await plc.coil(table.ONCE + table.ACK)
        await publish

    play(story, says=False)


@pytest.mark.parametrize("coils", [3, table.COILS])
def test_a_trigger_of_before_the_start_is_no_edge(coils: int) -> None:
    async def story(port: ModbusPort, line: FakeLine, plc: Plc) -> None:
        await plc.coil(table.ACK, False)  # says nothing of Trigger
        await plc.client.write_coils(0, [True] + [False] * (coils - 1))
        assert (await plc.registers())[4] == Code.TRIGGER_STUCK
        await plc.coil(table.TRIGGER, False)
        assert line.triggers == []
        await plc.coil(table.TRIGGER)
        await plc.sees("accepted")

    play(story, says=False)


def test_a_trigger_that_is_written_once_is_an_edge_from_the_start() -> None:
    async def story(port: ModbusPort, line: FakeLine, plc: Plc) -> None:
        await plc.coil(table.ONCE + table.TRIGGER)
        await plc.sees("busy")
        assert len(line.triggers) == 1

    play(story, says=False)


def test_a_trigger_that_is_refused_is_taken_back_at_once_with_the_reason() -> None:
    async def story(port: ModbusPort, line: FakeLine, plc: Plc) -> None:
        line.become(State.FULL)
        await plc.sees("ready", False)
        await plc.coil(table.ONCE + table.TRIGGER)
        assert not (await plc.client.read_coils(table.ONCE)).bits[0]
        registers = await plc.registers()
        assert [registers[4], registers[9]] == [Code.FULL, 1]
        assert line.triggers == []

    play(story)


def test_a_serial_number_that_is_none_is_refused() -> None:
    async def story(port: ModbusPort, line: FakeLine, plc: Plc) -> None:
        await plc.holding(table.SERIAL, [0x4100, 0x4200])
        await plc.coil(table.TRIGGER)
        assert (await plc.inputs())["refused"]
        assert (await plc.registers())[3:5] == [Code.BAD_VALUE] * 2

    play(story)


def test_a_recipe_is_chosen_by_number() -> None:
    async def story(port: ModbusPort, line: FakeLine, plc: Plc) -> None:
        assert (await plc.registers())[6:8] == [1, 2]
        await plc.holding(table.RECIPE, [2])
        await plc.coil(table.SELECT)
        await plc.sees("recipe_accepted")
        assert (await plc.registers())[6] == 2
        await plc.coil(table.SELECT, False)
        await plc.holding(table.RECIPE, [7])
        await plc.coil(table.SELECT)
        assert (await plc.registers())[5] == Code.NO_SUCH_RECIPE

    play(story)


def test_addresses_that_there_are_not_are_refused_and_harm_nothing() -> None:
    async def story(port: ModbusPort, line: FakeLine, plc: Plc) -> None:
        for answer in (
            await plc.client.write_coil(table.COILS, True),
            await plc.client.write_register(table.HOLDING_REGISTERS, 1),
            await plc.client.read_input_registers(table.INPUT_REGISTERS - 1, count=2),
        ):
            assert answer.exception_code == 2
        await plc.sees("ready")

    play(story)


def test_rubbish_on_the_wire_harms_nothing() -> None:
    async def story(port: ModbusPort, line: FakeLine, plc: Plc) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", plc.client.comm_params.port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n" * 20)
        await writer.drain()
        writer.close()
        await plc.sees("ready")

    play(story)


def test_a_plc_that_goes_away_finds_its_result_again(caplog: pytest.LogCaptureFixture) -> None:
    async def story(port: ModbusPort, line: FakeLine, plc: Plc) -> None:
        plc.client.close()
        with pytest.raises(PublishError, match="did not acknowledge"):
            await port.publish(report(1))
        await until(plc.client.connect, bool)
        assert (await plc.registers())[3] == Code.ACK_TIMEOUT
        publish = asyncio.create_task(port.publish(report(1)))
        await plc.sees("ok")
        await plc.coil(table.ACK)
        await publish

    play(story, ack_timeout_s=0.2)
    assert [each.split(":")[0] for each in caplog.messages if "PLC" in each] == ["modbus", "modbus"]


@pytest.mark.parametrize(
    ("words", "text"),
    [([0x4142, 0x4300], "ABC"), ([0x4120, 0x2020], "A"), ([0, 0], ""), ([0x0041], None), ([0xE441], None)],
)
def test_text_in_registers(words: list[int], text: str | None) -> None:
    assert table.text_of(words) == text


def test_text_that_does_not_fit() -> None:
    assert table.text_of(table.words_of("Ä" + 40 * "x")) == "?" + 31 * "x"
