"""Generated from the lists of the core by tests/stubs.py: `CXM_BLESS=1` rewrites it."""

import builtins

__all__ = [
    "CxmError",
    "InvalidDefinitionError",
    "InvalidObservationError",
    "IncompatibleMergeError",
    "WrongBatchError",
    "CorruptStateError",
    "UnsupportedVersionError",
    "InsufficientDataError",
    "NotConvergedError",
    "OverflowError",
    "NotFoundError",
    "InvalidArgumentError",
    "LimitReachedError",
    "NeverAddedError",
    "NotOfferedError",
    "CancelledError",
]

class CxmError(builtins.Exception):
    """Base of every error of this library.

    kind   its stable name in snake_case, the same in every door
    field  the column, parameter or argument to blame, or None
    row    the row of the batch to blame, from 0, or None
    """
    kind: str
    field: str | None
    row: int | None

class InvalidDefinitionError(CxmError, builtins.ValueError):
    """An error of the kind `invalid_definition`."""

class InvalidObservationError(CxmError, builtins.ValueError):
    """An error of the kind `invalid_observation`."""

class IncompatibleMergeError(CxmError, builtins.ValueError):
    """An error of the kind `incompatible_merge`."""

class WrongBatchError(CxmError, builtins.ValueError):
    """An error of the kind `wrong_batch`."""

class CorruptStateError(CxmError, builtins.ValueError):
    """An error of the kind `corrupt_state`."""

class UnsupportedVersionError(CxmError, builtins.ValueError):
    """An error of the kind `unsupported_version`."""

class InsufficientDataError(CxmError, builtins.ValueError):
    """An error of the kind `insufficient_data`."""

class NotConvergedError(CxmError, builtins.ArithmeticError):
    """An error of the kind `not_converged`."""

class OverflowError(CxmError, builtins.OverflowError):
    """An error of the kind `overflow`."""

class NotFoundError(CxmError, builtins.KeyError):
    """An error of the kind `not_found`."""

class InvalidArgumentError(CxmError, builtins.ValueError):
    """An error of the kind `invalid_argument`."""

class LimitReachedError(CxmError, builtins.RuntimeError):
    """An error of the kind `limit_reached`."""

class NeverAddedError(CxmError, builtins.ValueError):
    """An error of the kind `never_added`."""

class NotOfferedError(CxmError, builtins.TypeError):
    """An error of the kind `not_offered`."""

class CancelledError(CxmError, builtins.RuntimeError):
    """An error of the kind `cancelled`."""
