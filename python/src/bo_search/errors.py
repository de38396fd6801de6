"""What a user of the package can get wrong. Messages read `where: expected, got`; a hint gives the next step."""

from __future__ import annotations


class BoSearchError(Exception):
    """A mistake that the caller can mend, or a model that does not do what it must."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message} ({hint})")
        self.hint = hint


class ArgumentError(BoSearchError, ValueError):
    """An argument out of its range, or of another type or length than asked for."""


class ModelError(BoSearchError):
    """Model, classifier or walk that does not keep its contract: shapes, names, gradients."""


class NonFiniteError(ModelError):
    """NaN or an infinity on the way from images to logits; the message names stage and image."""


class ImagesError(BoSearchError):
    """Images, labels or ids that do not fit, or too few of them."""


class ScheduleError(BoSearchError):
    """A schedules file that is not right, or that is for another model; the message names the place."""


class RequestError(BoSearchError):
    """A request of the protocol that can't be answered as asked."""
