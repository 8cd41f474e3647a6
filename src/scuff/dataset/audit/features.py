"""Corners and blobs of a picture, which survive crops, turns and other light: SIFT, described in few numbers."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.dataset.audit.texture import Texture

MOST = 64
"""Features of a picture, the strongest first."""

NUMBERS = 48
"""Of a description, after the 128 of SIFT are reduced to those that vary most; they keep 92 % of the variance."""

CELLS, DIRECTIONS = 4, 8
"""SIFT describes 4×4 cells by histograms of 8 directions (Lowe, 2004)."""


@dataclass(frozen=True, eq=False)
class Features:
    """The features of one picture.

    Attributes:
        xy: F×2, float32, in pixels of the small picture.
        described: F×128, float32, of length 1.
    """

    xy: NDArray[np.float32]
    described: NDArray[np.float32]


def find_features(values: Texture) -> Features:
    """Find the strongest features of a texture (H×W)."""
    grey = np.clip(values * 40 + 128, 0, 255).astype(np.uint8)
    sift = cv2.SIFT.create(nfeatures=MOST, contrastThreshold=0.01, edgeThreshold=8)
    points, described = sift.detectAndCompute(grey, np.empty(0, np.uint8))
    if not len(points):
        return Features(np.empty((0, 2), np.float32), np.empty((0, CELLS * CELLS * DIRECTIONS), np.float32))
    strongest = np.argsort([-point.response for point in points], kind="stable")[:MOST]
    xy = np.array([points[index].pt for index in strongest], np.float32)
    # Root-SIFT (Arandjelović and Zisserman, 2012): square roots of histograms are compared better.
    sums = described[strongest].sum(axis=1, keepdims=True)
    return Features(xy, np.asarray(np.sqrt(described[strongest] / np.maximum(sums, 1e-6)), np.float32))


def mirrored(described: NDArray[np.float32]) -> NDArray[np.float32]:
    """Describe the same features (F×128) as a mirror shows them: rows of cells and directions run the other way."""
    cells = described.reshape(-1, CELLS, CELLS, DIRECTIONS)
    back = -np.arange(DIRECTIONS) % DIRECTIONS
    return np.ascontiguousarray(cells[:, ::-1][..., back]).reshape(described.shape)


def main_directions(described: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Find the numbers that vary most over features (F×128) and their mirror images: the mean, and 128×NUMBERS."""
    both = np.concatenate([described, mirrored(described)])
    mean = both.mean(axis=0)
    centred = both - mean
    _, vectors = np.linalg.eigh(centred.T @ centred)
    return mean, np.ascontiguousarray(vectors[:, ::-1][:, :NUMBERS])


def reduced(
    described: NDArray[np.float32], mean: NDArray[np.float32], directions: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Reduce descriptions (F×128) to F×NUMBERS of length 1, so that a product of two is their likeness."""
    numbers = (described - mean) @ directions
    lengths = np.linalg.norm(numbers, axis=1, keepdims=True)
    return np.asarray(numbers / np.maximum(lengths, 1e-6), np.float32)
