"""Who a station talks to: a broker, an MES that listens to it, and a PLC with its handshake."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from pymodbus.client import ModbusTcpClient

from scuff.serving import modbus_map as table
from scuff.serving.report import PartReport

LOOPBACK = "127.0.0.1"
POLL_S = 0.002
READY, ACCEPTED, RESULT_VALID = (table.DISCRETE_INPUTS.index(name) for name in ("ready", "accepted", "result_valid"))
MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin")


def free_port() -> int:
    """Ask the system for a TCP port that nobody uses."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


class Broker:
    """Mosquitto on loopback, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        """Write its settings down."""
        if MOSQUITTO is None:
            raise SystemExit("this benchmark needs mosquitto (Debian: mosquitto)")
        self.port, self._settings = free_port(), folder / "mosquitto.conf"
        self._settings.write_text(f"listener {self.port} {LOOPBACK}\nallow_anonymous true\nlog_type none\n")
        self.start()

    def start(self) -> None:
        """Start it; returns when it listens."""
        self._process = subprocess.Popen([MOSQUITTO or "", "-c", str(self._settings)], stderr=subprocess.DEVNULL)
        while not _listens(self.port):
            time.sleep(POLL_S)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()


class Mes:
    """Notes when each result came."""

    def __init__(self, port: int, topic: str = "scuff/station/result") -> None:
        """Listen to a broker."""
        self.came: dict[str, tuple[float, PartReport]] = {}
        self._topic = topic
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._note
        self._client.on_connect = lambda client, *_: client.subscribe(self._topic, qos=1)
        self._client.reconnect_delay_set(1, 1)
        self._client.connect(LOOPBACK, port)
        self._client.loop_start()

    def close(self) -> None:
        """Listen no more."""
        self._client.disconnect()
        self._client.loop_stop()

    def _note(self, client: object, data: object, message: paho.MQTTMessage) -> None:
        report = PartReport.model_validate_json(message.payload)
        self.came.setdefault(report.trigger, (time.perf_counter(), report))


class Plc:
    """Triggers parts and acknowledges results, over Modbus TCP."""

    def __init__(self, port: int) -> None:
        """Connect, and acknowledge from now on."""
        self._client = ModbusTcpClient(LOOPBACK, port=port)
        self._client.connect()
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._acknowledge, daemon=True)
        self._thread.start()

    def trigger(self, number: int, serial: str) -> float:
        """Trigger a part, once the station is ready; tells when."""
        while True:
            self._wait(READY)
            with self._lock:
                self._client.write_registers(table.TRIGGER_ID, table.long(number))
                self._client.write_registers(table.SERIAL, table.words_of(serial))
                began = time.perf_counter()
                self._client.write_coil(table.TRIGGER, True)
            taken = self._answered()
            with self._lock:
                self._client.write_coil(table.TRIGGER, False)
            if taken:
                return began

    def close(self) -> None:
        """Acknowledge no more."""
        self._stop.set()
        self._thread.join()
        self._client.close()

    def _answered(self) -> bool:
        refused = table.DISCRETE_INPUTS.index("refused")
        while True:
            inputs = self._inputs()
            if inputs[ACCEPTED] or inputs[refused]:
                return inputs[ACCEPTED]
            time.sleep(POLL_S)

    def _wait(self, signal: int) -> None:
        while not self._inputs()[signal]:
            time.sleep(POLL_S)

    def _inputs(self) -> Sequence[bool]:
        with self._lock:
            return self._client.read_discrete_inputs(0, count=len(table.DISCRETE_INPUTS)).bits

    def _acknowledge(self) -> None:
        while not self._stop.wait(POLL_S):
            valid = self._inputs()[RESULT_VALID]
            with self._lock:
                self._client.write_coil(table.ACK, valid)


def _listens(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True
