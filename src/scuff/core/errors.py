"""Errors that a user can act on."""


class ScuffError(Exception):
    """Something the user gave cannot be used.

    The message says what is wrong, with which value and where, and what to do about it. The command line
    prints it without a traceback; anything that is not a ``ScuffError`` is a defect of scuff itself.
    """


class RecipeError(ScuffError):
    """A key, type, unit or value of a recipe is wrong."""


class PictureError(ScuffError):
    """A picture cannot be read, or is not what it should be."""


class AnnotationError(ScuffError):
    """An annotation cannot be read, or does not fit its picture."""


class CatalogueError(ScuffError):
    """A catalogue is missing, damaged, or not fit for what was asked."""


class SplitError(ScuffError):
    """Parts cannot be divided as asked."""


class WeightsError(ScuffError):
    """Pretrained weights cannot be had."""


class CheckpointError(ScuffError):
    """A training run or its checkpoint cannot be used."""


class BundleError(ScuffError):
    """A bundle is incomplete, altered, or must not be written."""


class BoothError(ScuffError):
    """The simulated booth cannot do what was asked."""


class EvidenceError(ScuffError):
    """The parts at hand cannot carry the claim that is asked of them."""


class StationError(ScuffError):
    """The station cannot do what was asked."""


class OtherPartError(StationError):
    """A trigger has the identifier of another part's trigger."""


class StoreError(ScuffError):
    """The database or the folder of pictures cannot be used."""


class FinishedError(StoreError):
    """The part has its verdict already, and keeps it."""


class UnknownPartError(StoreError):
    """No part has that number."""
