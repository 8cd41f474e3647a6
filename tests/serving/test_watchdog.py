import json
import subprocess
import sys
import threading

from scuff.serving.watchdog import HUNG, Watchdog


def test_all_is_well_while_the_loop_beats() -> None:
    now = [0.0]
    watchdog = Watchdog(loop_s=10, clock=lambda: now[0])
    now[0] = 10
    assert watchdog.problem() == ""
    now[0] = 11
    assert watchdog.problem() == "the event loop has not run for 11 s"
    watchdog.beat()
    assert watchdog.problem() == ""


def test_a_thread_that_does_not_come_back_is_named() -> None:
    now = [0.0]
    watchdog = Watchdog(loop_s=1000, clock=lambda: now[0])
    with watchdog.watching("capture", "part P1", 60):
        now[0] = 60
        assert watchdog.problem() == ""
        now[0] = 61
        assert watchdog.problem() == "capture of part P1 has not come back for 61 s"
    assert watchdog.problem() == ""


def test_the_thread_tells_what_hangs() -> None:
    told, came = [], threading.Event()

    def hung(problem: str) -> None:
        told.append(problem)
        came.set()

    watchdog = Watchdog(loop_s=-1, hung=hung)
    watchdog.start()
    came.wait()
    watchdog.stop()
    assert told == ["the event loop has not run for 0 s"] or told == ["the event loop has not run for 1 s"]


HANGS = """
import threading
from scuff.serving.watchdog import Watchdog

watchdog = Watchdog()
def capture():
    with watchdog.watching("capture", "part P1", 0.0):
        threading.Event().wait()
threading.Thread(target=capture, name="capture").start()
watchdog.start()
"""


def test_a_process_that_hangs_ends_with_its_stacks_and_a_code_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", HANGS], capture_output=True, text=True, check=False)
    assert done.returncode == HUNG
    line = json.loads(done.stderr)
    assert (line["level"], line["event"]) == ("critical", "hung")
    assert line["reason"].startswith("capture of part P1 has not come back for")
    (stack,) = [text for name, text in line["stacks"].items() if name.startswith("capture")]
    assert "threading.Event().wait()" in stack or "in capture" in stack
