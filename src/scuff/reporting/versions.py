"""Which versions of what made a report."""

import platform
from importlib.metadata import version

import scuff

LIBRARIES = ("torch", "timm", "lightning", "numpy", "opencv-python-headless", "openvino")
"""Those that figures depend on."""


def versions() -> dict[str, str]:
    """Versions by name: scuff, Python and the libraries that figures depend on."""
    return {"scuff": scuff.__version__, "Python": platform.python_version()} | {
        name: version(name) for name in LIBRARIES
    }
