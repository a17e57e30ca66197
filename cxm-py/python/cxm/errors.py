"""One exception class per kind of error, all below :class:`CxmError`.

Each carries ``kind`` (the stable name), ``field`` (the column, parameter or argument to blame, or
``None``) and ``row`` (the row of the batch to blame, counted from 0, or ``None``). Most are a
``ValueError`` as well; ``NotFoundError`` is a ``KeyError``, ``NotOfferedError`` a ``TypeError``,
``NotConvergedError`` an ``ArithmeticError``, ``LimitReachedError`` and ``CancelledError`` a
``RuntimeError``, and ``OverflowError`` the built-in of that name.
"""

from __future__ import annotations

from ._cxm import error_classes as _classes

for _class in _classes:
    globals()[_class.__name__] = _class

__all__ = [_class.__name__ for _class in _classes]

del _class
