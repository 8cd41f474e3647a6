"""Light controllers in other processes, which tests may kill."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from scuff.core.station_recipe import Light

SERVER = """
import json, sys
from scuff.core.station_recipe import Light
from scuff.station.modbus_light_server import ModbusLightServer

server = ModbusLightServer(Light.model_validate_json(sys.argv[1]))
server.start()
print(server.port, flush=True)
for line in sys.stdin:
    call, *arguments = json.loads(line)
    if call == "ceiling":
        server.ceilings[arguments[0]] = arguments[1]
    elif call == "fault":
        server.report_fault(*arguments)
    print(json.dumps(server.intensities), flush=True)
server.stop()
"""


@dataclass
class LightProcess:
    """A light controller in another process.

    Attributes:
        settings: Its register map, and where it really listens.
    """

    process: "subprocess.Popen[str]"
    settings: Light

    def tell(self, call: str, *arguments: object) -> dict[str, float]:
        """Change something there; gives the intensities."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([call, *arguments]) + "\n")
        self.process.stdin.flush()
        answer: dict[str, float] = json.loads(self.process.stdout.readline())
        return answer

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def light_process(settings: Light) -> Iterator[LightProcess]:
    """Run a controller; port 0 in its settings becomes a free one."""
    words = [sys.executable, "-c", SERVER, settings.model_dump_json()]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield LightProcess(process, settings.model_copy(update={"port": port}))
        process.kill()
