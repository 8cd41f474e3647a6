from pathlib import Path

import pytest
from tests.fixtures.bundles import AGREEMENT

from scuff.core.bundle import Bundle, Manifest, Provenance, open_bundle, seal
from scuff.core.errors import BundleError
from scuff.core.tile import Tiling

MANIFEST = Manifest(
    product="Gehäusedeckel",
    classes=("scratch", "dent"),
    tile_px=64,
    halo_px=5,
    threshold=0.5,
    threshold_source="validation parts",
    mean=(0.5, 0.5, 0.5),
    std=(0.2, 0.2, 0.2),
    agreement={"openvino": AGREEMENT},
    provenance=Provenance(
        scuff="0.1.0",
        commit="",
        checkpoint_sha256="c",
        catalogue_sha256="d",
        split_sha256="e",
        encoder="resnet18",
        weights="none",
        training_parts=3,
        metrics={"f1": 0.7},
    ),
)


def draft(folder: Path, network: str = "<net/>") -> Path:
    folder.mkdir()
    (folder / "network.xml").write_text(network)
    (folder / "network.bin").write_bytes(bytes(range(8)))
    (folder / "recipe.toml").write_text("seed = 1\n")
    return folder


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return seal(draft(tmp_path / ".draft"), tmp_path / "bundle", MANIFEST)


def test_a_sealed_bundle_opens_with_what_it_was_given(tmp_path: Path, bundle: Bundle) -> None:
    opened = open_bundle(tmp_path / "bundle")
    assert opened == bundle
    assert opened.manifest == MANIFEST
    assert opened.network.read_text() == "<net/>"
    assert opened.recipe.read_text() == "seed = 1\n"
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_new_bundle_replaces_an_older_one(tmp_path: Path, bundle: Bundle) -> None:
    seal(draft(tmp_path / ".draft", network="<new/>"), bundle.folder, MANIFEST)
    assert open_bundle(bundle.folder).network.read_text() == "<new/>"
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_folder_with_something_of_the_users_is_left_alone(tmp_path: Path, bundle: Bundle) -> None:
    (bundle.folder / "notes.txt").write_text("mine")
    with pytest.raises(BundleError, match=r"not part of a bundle \(notes\.txt\)"):
        seal(draft(tmp_path / ".draft", network="<new/>"), bundle.folder, MANIFEST)
    assert (bundle.folder / "notes.txt").read_text() == "mine"


def test_checksums_are_those_that_sha256sum_checks(bundle: Bundle) -> None:
    lines = (bundle.folder / "checksums.sha256").read_text().splitlines()
    assert [line[64:] for line in lines] == [
        "  bundle.json",
        "  network.bin",
        "  network.xml",
        "  recipe.toml",
    ]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("bundle.json", 0x01),
        ("network.bin", 0x01),
        ("network.xml", 0x01),
        ("recipe.toml", 0x01),
        ("checksums.sha256", 0x01),
        ("checksums.sha256", 0x80),
    ],
)
def test_a_change_of_any_byte_is_found(bundle: Bundle, name: str, change: int) -> None:
    path = bundle.folder / name
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ change]) + content[place + 1 :])
        with pytest.raises(BundleError):
            open_bundle(bundle.folder)
    path.write_bytes(content)
    assert open_bundle(bundle.folder) == bundle


def test_an_altered_file_is_named(bundle: Bundle) -> None:
    bundle.network.write_text("<other/>")
    with pytest.raises(BundleError, match=r"network\.xml: altered since it was exported .*; export it again"):
        open_bundle(bundle.folder)


@pytest.mark.parametrize("name", ["bundle.json", "network.bin", "network.xml", "recipe.toml"])
def test_a_missing_file_is_named(bundle: Bundle, name: str) -> None:
    (bundle.folder / name).unlink()
    with pytest.raises(BundleError, match=f"{name}: this file of the bundle is missing; copy or export it again"):
        open_bundle(bundle.folder)


@pytest.mark.parametrize("name", ["bundle.json", "network.bin", "network.xml", "recipe.toml"])
def test_a_file_without_a_checksum_is_named(bundle: Bundle, name: str) -> None:
    checksums = bundle.folder / "checksums.sha256"
    lines = checksums.read_text().splitlines(keepends=True)
    checksums.write_text("".join(line for line in lines if name not in line))
    with pytest.raises(BundleError, match=rf"checksums\.sha256: does not list {name}; export the bundle again"):
        open_bundle(bundle.folder)


def test_a_checksum_of_a_file_elsewhere_is_refused(bundle: Bundle) -> None:
    checksums = bundle.folder / "checksums.sha256"
    checksums.write_text(checksums.read_text().replace("network.xml", "../network.xml"))
    with pytest.raises(BundleError, match=r"cannot be read at .*\.\./network\.xml"):
        open_bundle(bundle.folder)


@pytest.mark.parametrize("name", ["nothing", "."])
def test_what_is_no_bundle_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BundleError, match=r"not a bundle .*; `scuff export` writes one"):
        open_bundle(tmp_path / name)


@pytest.mark.parametrize("number", [1, 3])
def test_a_bundle_of_another_format_is_refused(tmp_path: Path, number: int) -> None:
    other = MANIFEST.model_copy(update={"format": number})
    folder = seal(draft(tmp_path / ".draft"), tmp_path / "bundle", other).folder
    with pytest.raises(BundleError, match=r"bundle\.json: format: Input should be 2; export it with this scuff"):
        open_bundle(folder)


def test_squares_or_strips() -> None:
    assert MANIFEST.tiling == Tiling(64, 64, 5)
    assert MANIFEST.model_copy(update={"strip_px": 480}).tiling == Tiling(480, None, 5)
