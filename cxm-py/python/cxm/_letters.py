"""Names in pictures are letters, also where they have dollar signs, and never formulas."""

from __future__ import annotations

from functools import wraps
from typing import ParamSpec, TypeVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

Arguments = ParamSpec("Arguments")
Drawn = TypeVar("Drawn")


def plain_letters(draw: Callable[Arguments, Drawn]) -> Callable[Arguments, Drawn]:
    """A function that draws, with formulas switched off."""

    @wraps(draw)
    def drawn(*arguments: Arguments.args, **named: Arguments.kwargs) -> Drawn:
        from matplotlib import rc_context

        with rc_context({"text.parse_math": False}):
            return draw(*arguments, **named)

    return drawn
