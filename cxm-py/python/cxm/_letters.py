"""Names in pictures are letters, also where they have dollar signs, and never formulas."""

from __future__ import annotations

from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

Arguments = ParamSpec("Arguments")
Drawn = TypeVar("Drawn")


@contextmanager
def settings(chosen: dict[str, Any]) -> Iterator[None]:
    """Settings of matplotlib for a while.

    Its own ``rc_context`` would also put back what the first picture of a notebook sets for good.
    """
    from matplotlib import rcParams

    every: Any = rcParams
    before = {name: every[name] for name in chosen}
    every.update(chosen)
    try:
        yield
    finally:
        every.update(before)


def plain_letters(draw: Callable[Arguments, Drawn]) -> Callable[Arguments, Drawn]:
    """A function that draws, with formulas switched off."""

    @wraps(draw)
    def drawn(*arguments: Arguments.args, **named: Arguments.kwargs) -> Drawn:
        with settings({"text.parse_math": False}):
            return draw(*arguments, **named)

    return drawn
