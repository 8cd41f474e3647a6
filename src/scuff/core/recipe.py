"""A recipe: everything that is set per product, typed and with its limits.

Every field's description becomes the comment above its key in the file that `scuff init` writes, and is what
an error shows; units are part of the names.
"""

import re
from typing import Annotated, Literal

from pydantic import Field, Strict, ValidationInfo, field_validator, model_validator

from scuff.core.mask import MAX_CLASSES
from scuff.core.pixel_format import PixelFormat
from scuff.core.plane import Calibration
from scuff.core.polygon import ANY_CAMERA, polygon
from scuff.core.rules import Rule, Zone, check_rules
from scuff.core.section import ClassName, ClassOrSound, Label, Section, Share
from scuff.core.station_recipe import (
    CameraSettings,
    ExposureControl,
    Http,
    Light,
    LightCheck,
    Lighting,
    Line,
    Modbus,
    Mqtt,
    OpcUa,
    Simulation,
    StoreSettings,
    check_station,
)

MOST_GAP_PX = 63
"""Regions further apart are looked for one by one, and would not be found together."""

Channels = Annotated[int, Field(ge=1)]
CameraName = Annotated[str, Field(min_length=1)]
Threshold = Annotated[float, Field(gt=0, lt=1)]


class Product(Section):
    """What is inspected, and what is a defect of it."""

    name: str = Field("part", min_length=1, description="Name of the product, shown in reports.")
    classes: Annotated[tuple[ClassName, ...], Strict(False)] = Field(
        (),
        max_length=MAX_CLASSES,
        description="Defect classes, without ; and :, in the order of mask values 1, 2, …; empty: as found at import.",
    )
    labels: dict[Label, ClassOrSound] = Field(
        {},
        description='Other names of classes in annotations, as {"Scratch 1" = "scratch"}; "" means sound.',
    )

    @model_validator(mode="after")
    def _unique(self) -> "Product":
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("a class is named twice")
        return self


class Frames(PixelFormat, Section):
    """How pictures are read and to which part they belong."""

    part_pattern: str = Field(
        "",
        description='Regular expression on a file name without suffix; group "part" is the serial number.',
    )
    camera_pattern: str = Field(
        "", description='Regular expression on a file name without suffix; group "camera" is the camera.'
    )
    lighting_pattern: str = Field(
        "", description='Regular expression on a file name without suffix; group "lighting" is the lighting.'
    )
    cameras: Annotated[tuple[CameraName, ...], Strict(False)] = Field(
        (), description="Cameras of a capture set; a part that lacks one is not inspected. Empty: those seen."
    )
    per_part: int | None = Field(
        None,
        ge=1,
        description="Frames that each camera takes of a part, at least; unset: as many as of the part with the most.",
    )
    pixel_mm: float | None = Field(
        None,
        gt=0,
        description="Size of a pixel on the part, in mm, for cameras without [[calibration]]; unset: not known.",
    )

    @field_validator("part_pattern", "camera_pattern", "lighting_pattern")
    @classmethod
    def _has_its_group(cls, pattern: str, info: ValidationInfo) -> str:
        group = str(info.field_name).removesuffix("_pattern")
        allowed = f"must be empty or a regular expression with a group (?P<{group}>…)"
        try:
            has_group = not pattern or group in re.compile(pattern).groupindex
        except re.error as error:
            raise ValueError(f"{allowed}; {error}") from error
        if not has_group:
            raise ValueError(f"{allowed}; it has no such group")
        return pattern


class Patches(Section):
    """How crops are cut for training."""

    size_px: int = Field(384, ge=32, le=4096, description="Side of a patch, and later of a tile, in pixels.")
    overlap: float = Field(0.25, ge=0, lt=1, description="Share of a window that the next one covers again.")
    min_defect_px: int = Field(1, ge=1, description="Defective pixels that make a window a defective patch.")
    sound_share: float = Field(
        0.0, ge=0, lt=1, description="Share of sound patches among all that are cut for a side of the split."
    )


class Split(Section):
    """How parts are divided into training, validation and test."""

    training: Share = Field(0.7, description="Share of the parts to train on.")
    validation: Share = Field(0.15, description="Share of the parts to stop and choose by.")
    test: Share = Field(0.15, description="Share of the parts for the final figures.")

    @model_validator(mode="after")
    def _sums_to_one(self) -> "Split":
        total = self.training + self.validation + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"training, validation and test must add up to 1, not {total:g}")
        return self


class Augmentation(Section):
    """How patches are varied in training."""

    flip: bool = Field(True, description="Mirror left-right and up-down, each in half of the patches.")
    rotation_deg: float = Field(15.0, ge=0, le=180, description="Largest rotation either way, in degrees.")
    scale: float = Field(0.15, ge=0, lt=1, description="Largest change of size, as a share.")
    perspective: Share = Field(0.1, description="Largest shift of a corner, as a share of the half size.")
    brightness: Share = Field(0.25, description="Largest change of brightness, as a share.")
    contrast: Share = Field(0.25, description="Largest change of contrast, as a share.")
    hue: float = Field(0.02, ge=0, le=0.5, description="Largest change of hue, as a share of the circle.")
    blur_px: float = Field(0.8, ge=0, le=10, description="Largest sigma of a Gaussian blur, in pixels.")
    noise: float = Field(0.02, ge=0, le=1, description="Largest sigma of added noise, as a share of white.")
    geometric_share: Share = Field(0.5, description="Share of patches that are rotated, scaled and tilted.")
    colour_share: Share = Field(0.5, description="Share of patches whose colour, sharpness or noise changes.")


class Network(Section):
    """The U-Net."""

    encoder: str = Field(
        "efficientnet_b0",
        min_length=1,
        description="A timm model that gives features down to stride 32 (some only of pictures of one size), or one of "
        'ours: "unet", as in the original U-Net; "plain", of plain convolutions, made for speed.',
    )
    decoder_channels: Annotated[tuple[Channels, Channels, Channels, Channels], Strict(False)] = Field(
        (256, 128, 64, 32), description="Channels of the decoder stages D4, D3, D2, D1, from deep to shallow."
    )
    head: Literal["full", "half"] = Field(
        "full", description="Resolution of the scores: that of the picture, or half of it, which is faster."
    )
    weights: str = Field(
        "imagenet",
        min_length=1,
        description='What it starts from: "imagenet" (the encoder, through timm), "none", or a file of weights.',
    )


class Training(Section):
    """How the network is trained."""

    epochs: int = Field(50, ge=1, description="Epochs at most.")
    patience: int = Field(7, ge=1, description="Stop after this many epochs without gain on validation.")
    max_minutes: float | None = Field(None, gt=0, description="Stop training after this time, in minutes.")
    batch_size: int = Field(8, ge=1, description="Patches per step.")
    learning_rate: float = Field(1e-4, gt=0, le=1, description="Learning rate of Adam.")
    schedule: Literal["constant", "cosine"] = Field(
        "constant", description="Course of the learning rate over the epochs, or minutes where they are set."
    )
    bce_weight: float = Field(0.05, ge=0, description="Weight of the cross-entropy in the loss.")
    dice_weight: float = Field(0.95, ge=0, description="Weight of the Dice loss (squared denominators).")
    dice_pool: Literal["batch", "image"] = Field(
        "batch", description="Pixels that Dice sums over: those of a batch together, or those of each image by itself."
    )
    precision: Literal["auto", "fp32", "bf16"] = Field(
        "auto", description="Arithmetic; auto: bf16 mixed where the hardware has it."
    )
    workers: int | None = Field(
        None,
        ge=0,
        description="Processes that prepare patches, which changes no result; 0: the training process; unset: 0 on a "
        "CPU, up to 8 on a GPU.",
    )

    @model_validator(mode="after")
    def _has_a_loss(self) -> "Training":
        if self.bce_weight == self.dice_weight == 0:
            raise ValueError("bce_weight = 0 and dice_weight = 0: one of them must be above 0")
        return self


class Inspection(Section):
    """How a frame becomes defects."""

    threshold: float | None = Field(
        None, gt=0, lt=1, description="Score from which a pixel is defective; unset: the operating point's."
    )
    class_thresholds: dict[Label, Threshold] = Field(
        {}, description="The same by class, for pixels whose likeliest class is this one; other classes: threshold."
    )
    min_area_px: int = Field(1, ge=1, description="Smaller regions are no defects, in pixels.")
    join_gap_px: int = Field(
        0,
        ge=0,
        le=MOST_GAP_PX,
        description="Regions of one class with at most so many sound pixels between them are one defect.",
    )
    region: dict[str, str] = Field(
        {},
        description='Polygon "x,y x,y x,y …" that is inspected, in pixels, by camera ("": any); empty: whole frames.',
    )
    screening: Literal["auto", "off"] = Field(
        "auto", description="Inspect only what a first, cheap pass points at; auto: if the bundle proves it safe."
    )
    runtime: Literal["auto", "openvino", "onnxruntime", "torch"] = Field(
        "auto", description="What runs the network, of those in the bundle; auto: a GPU if there is one, or OpenVINO."
    )
    streams: int | None = Field(None, ge=1, description="Tiles scored at once; unset: one for each core.")
    lanes: int = Field(2, ge=1, description="Frames inspected side by side: one is read while another is scored.")

    @field_validator("region")
    @classmethod
    def _are_polygons(cls, region: dict[str, str]) -> dict[str, str]:
        for points in region.values():
            polygon(points)
        return region


class Tolerances(Section):
    """What a part may have and still pass, beside what [[rules]] say."""

    max_defects: int = Field(
        0, ge=0, description="A part with more defects fails; defects that one of the [[rules]] is about do not count."
    )
    review_score: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="A failing part whose best defect scores less goes to review instead; unset: never.",
    )


class Recipe(Section):
    """Everything that is set per product."""

    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of the split, the patches and the training.")
    product: Product = Product()
    frames: Frames = Frames()
    patches: Patches = Patches()
    split: Split = Split()
    augmentation: Augmentation = Augmentation()
    network: Network = Network()
    training: Training = Training()
    inspection: Inspection = Inspection()
    tolerances: Tolerances = Tolerances()
    line: Line = Line()
    light: Light = Light()
    exposure: ExposureControl = ExposureControl()
    check: LightCheck = LightCheck()
    store: StoreSettings = StoreSettings()
    http: Http = Http()
    modbus: Modbus = Modbus()
    mqtt: Mqtt = Mqtt()
    opcua: OpcUa = OpcUa()
    simulation: Simulation = Simulation()
    rules: Annotated[tuple[Rule, ...], Strict(False)] = ()
    zones: Annotated[tuple[Zone, ...], Strict(False)] = ()
    calibration: Annotated[tuple[Calibration, ...], Strict(False)] = ()
    cameras: Annotated[tuple[CameraSettings, ...], Strict(False)] = ()
    lightings: Annotated[tuple[Lighting, ...], Strict(False)] = ()

    @model_validator(mode="after")
    def _names_what_there_is(self) -> "Recipe":
        check_rules(self.rules, self.zones, self.product.classes)
        cameras = [each.camera for each in self.calibration]
        doubled = sorted({camera for camera in cameras if cameras.count(camera) > 1})
        if doubled:
            raise ValueError(f"[[calibration]]: camera {doubled[0]!r} is there twice; keep one")
        check_station(self.cameras, self.lightings, self.light)
        lightings = [lighting.name for lighting in self.lightings]
        if lightings and (unknown := sorted(set(self.frames.fused) - set(lightings))):
            raise ValueError(f"frames.fused: {unknown[0]!r} is none of [[lightings]], which are {', '.join(lightings)}")
        named = {
            "calibration": cameras,
            "cameras": [each.name for each in self.cameras],
            "zones": [zone.camera for zone in self.zones],
        }
        for table, of in named.items():
            absent = sorted(set(of) - {ANY_CAMERA, *self.frames.cameras}) if self.frames.cameras else []
            if absent:
                raise ValueError(f"[[{table}]]: camera {absent[0]!r} is none of frames.cameras")
        return self
