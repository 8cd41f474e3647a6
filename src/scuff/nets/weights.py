"""Weights from a file: of an encoder alone, or of a whole network that scuff trained."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import safetensors.torch
import torch
from torch import Tensor, nn

from scuff.core.errors import WeightsError

ENCODER, DECODER, HEAD = "encoder.body.", "decoder.", "head."
"""How the names of the tensors in a whole network begin."""

State = Mapping[str, Tensor]


def load_weights(network: nn.Module, path: Path, encoder: str) -> str:
    """Load what a network starts from: all that the file holds of it, or nothing.

    Only the head may stay as it is where the file has one, because it tells another number of classes apart.

    Args:
        network: A ``SurfaceUNet``.
        path: A .safetensors or .pth file of the encoder, or of a whole network, such as the checkpoint of a run.
        encoder: Name of the network's encoder, for messages.

    Returns:
        What came from the file and what did not, in words.

    Raises:
        WeightsError: The file cannot be read, or what it holds does not fit.
    """
    found, wanted = _read_state(path), network.state_dict()
    whole = bool(_part(found, ENCODER))
    taken = _taken(ENCODER, _part(found, ENCODER) if whole else found, wanted, path, repr(encoder))
    if not (whole and _part(found, DECODER)):
        network.load_state_dict(wanted | taken)
        return f"encoder from {path}, decoder and head new"
    _check_widths(_part(found, DECODER), _part(wanted, DECODER), path)
    taken |= _taken(DECODER, _part(found, DECODER), wanted, path, "the decoder")
    there, here = _classes(_part(found, HEAD)), _classes(_part(wanted, HEAD))
    if there == here:
        taken |= _taken(HEAD, _part(found, HEAD), wanted, path, "the head")
    network.load_state_dict(wanted | taken)
    if there == here:
        return f"encoder, decoder and head from {path}"
    return f"encoder and decoder from {path}, head new ({_counted(there)} there, {here} here)"


def _part(state: State, prefix: str) -> dict[str, Tensor]:
    """The tensors of a part of a network, by their names within it."""
    return {key.removeprefix(prefix): tensor for key, tensor in state.items() if key.startswith(prefix)}


def _taken(prefix: str, found: State, wanted: State, path: Path, what: str) -> dict[str, Tensor]:
    """The tensors of a part, by their names in the network, all of them there and of the right shape."""
    of_part = _part(wanted, prefix)
    missing = [key for key in of_part if key not in found]
    if missing:
        raise WeightsError(
            f"{path}: does not hold the weights of {what} ({len(missing)} of {len(of_part)} tensors are missing, "
            f"the first is {missing[0]})"
        )
    for key, tensor in of_part.items():
        if found[key].shape != tensor.shape:
            raise WeightsError(f"{path}: {key} is {tuple(found[key].shape)} there, but {tuple(tensor.shape)} in {what}")
    return {prefix + key: found[key] for key in of_part}


def _check_widths(found: State, wanted: State, path: Path) -> None:
    there, here = _widths(found), _widths(wanted)
    if there != here:
        raise WeightsError(
            f"{path}: its decoder has {there} channels, but the one to train has {here}; "
            f"--set 'network.decoder_channels={there}' trains one that fits"
        )


def _widths(decoder: State) -> list[int]:
    """Channels of the stages, from deep to shallow."""
    return [tensor.shape[1] for key, tensor in sorted(decoder.items()) if key.endswith(".up.weight")]


def _classes(head: State) -> int:
    """Number of classes that a head tells apart, by the channels of its last layer; 0 where there is no head."""
    biases = sorted(key for key in head if key.endswith(".bias"))
    channels = len(head[biases[-1]]) if biases else 0
    return max(channels - 1, min(channels, 1))


def _counted(classes: int) -> str:
    return "1 class" if classes == 1 else f"{classes} classes"


def _read_state(path: Path) -> dict[str, Tensor]:
    """Read tensors by name."""
    if not path.is_file():
        raise WeightsError(f"--weights {path}: there is no such file; it may also be imagenet or none")
    try:
        if path.suffix == ".safetensors":
            return safetensors.torch.load_file(path)
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch and safetensors raise types of their own, Rust's among them
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise WeightsError(f"{path}: not a file of weights that can be read ({reason})") from error
    state = content.get("state", content.get("state_dict", content)) if isinstance(content, dict) else None
    if not isinstance(state, dict):
        raise WeightsError(f"{path}: holds a {type(content).__name__}, not weights by name")
    return cast("dict[str, Tensor]", state)
