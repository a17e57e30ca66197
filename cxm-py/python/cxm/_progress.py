"""How far a long calculation has come, for whoever wants to see it."""

from __future__ import annotations

from contextlib import contextmanager


@contextmanager
def told(progress, title):
    """What the core tells of its progress: a function, or None where nobody wants to hear it."""
    if progress is None or progress is False:
        yield None
    elif progress is True:
        show = _bar(title) or _Line(title)
        try:
            yield show
        finally:
            show.close()
    else:
        yield progress


class _Line:
    """A line on the standard error that is written again and again."""

    def __init__(self, title):
        self.title = title
        self.written = False

    def __call__(self, done, total):
        import sys

        of = "" if total is None else f" of {total:,}"
        sys.stderr.write(f"\r{self.title}: {done:,}{of}")
        sys.stderr.flush()
        self.written = True

    def close(self):
        import sys

        if self.written:
            sys.stderr.write("\n")


def _bar(title):
    """A bar of tqdm, where it is installed."""
    try:
        from tqdm import tqdm  # type: ignore[import-untyped]
    except ImportError:
        return None
    return _Bar(tqdm(desc=title))


class _Bar:
    def __init__(self, bar):
        self.bar = bar

    def __call__(self, done, total):
        self.bar.total = total
        self.bar.update(done - self.bar.n)

    def close(self):
        self.bar.close()
