from collections.abc import Callable
from pathlib import Path

import numpy as np
import openvino
import pytest
from openvino import opset13 as ops

from scuff.core.errors import BundleError
from scuff.core.recipe import Network, Patches, Recipe
from scuff.export.networks import write_networks
from scuff.export.wanted import Wanted
from scuff.nets.checkpoint import Checkpoint
from scuff.nets.unet import bare_unet

STRIPS = Wanted(strip_px=96)


def test_an_encoder_for_one_size_alone_sees_no_strips(
    make_checkpoint: Callable[..., Checkpoint], tmp_path: Path
) -> None:
    settings = Network(encoder="levit_128s", decoder_channels=(8, 8, 8, 8), weights="none")
    facts = make_checkpoint(recipe=Recipe(network=settings, patches=Patches(size_px=224))).facts
    checkpoint = Checkpoint(facts, bare_unet(settings, 1).state_dict())
    with pytest.raises(BundleError, match=r"bound to squares of 224 px by its encoder.*without --strips"):
        write_networks(tmp_path, checkpoint, STRIPS, None)
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_openvino_cannot_resize_sees_no_strips(
    trained: Checkpoint, exported_as: Callable[[openvino.Model], None], tmp_path: Path
) -> None:
    tiles = ops.parameter([1, 64, 64, 3], np.uint8)
    fixed = ops.reshape(tiles, ops.constant([1, 3, 64, 64]), special_zero=False)  # as attention does with its grids
    exported_as(openvino.Model([fixed], [tiles], "fixed"))
    with pytest.raises(BundleError, match=r"bound to squares of 64 px by its encoder.*without --strips"):
        write_networks(tmp_path, trained, STRIPS, None)
    assert list(tmp_path.iterdir()) == []
