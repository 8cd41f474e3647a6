"""OpenVINO and NNCF report their use over the network; under scuff they do not."""

import os
import subprocess
import sys

import pytest

CONNECTIONS = """
import socket, sys
tried = []
socket.getaddrinfo = lambda *arguments, **options: tried.append(arguments) or []
socket.socket.connect = lambda self, address: tried.append(address)
"""

INSPECT = """
import scuff.inspection.openvino_runtime
"""

EXPORT = """
import numpy as np
from scuff.core.recipe import Network
from scuff.export.conversion import openvino_model
from scuff.export.quantise import quantised
from scuff.nets.unet import bare_unet
network = bare_unet(Network(encoder="plain", decoder_channels=(8, 8, 8, 8), head="half"), 1)
patch, truth = np.zeros((64, 64, 3), np.uint8), np.ones((64, 64), np.uint8)
quantised(openvino_model(network, 64), [patch], [(patch, truth)], 0.5)
"""

END = """
import threading
for thread in threading.enumerate():
    if thread is not threading.main_thread() and not thread.daemon:
        thread.join()
print("tried:", tried)
"""


@pytest.mark.parametrize("work", [INSPECT, EXPORT], ids=["inspect", "export"])
def test_no_connection_is_tried(work: str) -> None:
    """In a process of its own, as a user starts it: NNCF knows a test when it sees one, and keeps silent."""
    told_apart = {"CI", "TF_BUILD", "JENKINS_URL", "NNCF_CI", "PYTEST_CURRENT_TEST"}
    clean = {name: value for name, value in os.environ.items() if name not in told_apart}
    command = [sys.executable, "-c", CONNECTIONS + work + END]
    done = subprocess.run(command, capture_output=True, text=True, env=clean, check=False)
    assert done.stdout.splitlines()[-1:] == ["tried: []"], done.stdout + done.stderr
