"""Functions and signatures that follow from a list instead of being written down twice."""

from __future__ import annotations


class Required:
    """Marks a parameter without a default."""


class Lazy:
    """A class attribute that is computed when it is first looked at."""

    def __init__(self, compute):
        self._compute = compute

    def __get__(self, instance, owner):
        return self._compute(owner)


def make_function(name, module, parameters, keyword_only, doc, body):
    """A real function: named parameters with defaults, a docstring, and ``body`` behind it.

    ``parameters`` and ``keyword_only`` map names to defaults; ``body`` is called with the values of
    all of them as one dict; ``*name`` takes any number of values. The names come from the compiled
    list and are identifiers.
    """
    defaults = {}

    def spell(parameter, default):
        if default is Required:
            return parameter
        key = f"_default_{parameter}"
        defaults[key] = default
        return f"{parameter}={key}"

    first = [spell(*pair) for pair in parameters.items()]
    rest = [spell(*pair) for pair in keyword_only.items()]
    variadic = any(parameter.startswith("*") for parameter in parameters)
    separator = [] if variadic or not rest else ["*"]
    header = ", ".join([*first, *separator, *rest])
    names = (p.lstrip("*") for p in [*parameters, *keyword_only])
    names = ", ".join(f"{p!r}: {p}" for p in names)
    scope = {"_body": body, **defaults}
    exec(f"def {name}({header}):\n    return _body({{{names}}})\n", scope)
    function = scope[name]
    function.__module__ = module
    function.__doc__ = doc
    return function


def signature_of(defaults):
    """The signature of a class whose definition is given by keyword."""
    from inspect import Parameter, Signature

    keyword = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default)
        for name, default in defaults.items()
    ]
    return Signature(keyword)
