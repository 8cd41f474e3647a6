from dataclasses import replace

import numpy as np
import pytest

from scuff.booth.marks.scratch import Scratch, draw_scratch
from scuff.booth.surface import Change, Groove, Values

from .conftest import Grid
