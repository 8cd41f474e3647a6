"""What is wrong with one peer: logged once when it begins, and once when it is over."""

import logging


class Trouble:
    """The state of one peer, as the log tells it.

    Args:
        logger: The log.
        peer: What the messages begin with, such as ``mqtt``.
    """

    def __init__(self, logger: logging.Logger, peer: str) -> None:
        self._logger = logger
        self._peer = peer
        self.text = ""

    def begins(self, text: str) -> None:
        """Something is wrong; the same thing again is not logged again."""
        if text != self.text:
            self._logger.warning("%s: %s", self._peer, text)
        self.text = text

    def over(self, text: str) -> None:
        """All is well; said only where something had been wrong."""
        if self.text:
            self._logger.warning("%s: %s", self._peer, text)
        self.text = ""
