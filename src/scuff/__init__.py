"""scuff finds scratches, dents and bumps on metal parts."""

import sys

__version__ = "0.1.0"

# OpenVINO reports to its makers, over the network, whenever it is imported, and NNCF what it quantises. A line PC talks
# to nobody unasked. Refused this package, as if it were not installed, both keep silent.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # Python documents None as "refuse this import"; its types do not know it
