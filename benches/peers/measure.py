"""Races: contestants that do the same work, timed in turns."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Contestant:
    """One way to do the work. ``units`` is how many rows, events or calls one run does."""

    name: str
    run: Callable[[], float | None]
    units: int
    version: str = ""
    cpu: float = math.inf
    wall: float = math.inf
    answer: float | None = None


@dataclass
class Race:
    """Contestants side by side; ``yardstick`` names the one that the others are divided by."""

    question: str
    unit: str
    yardstick: str
    contestants: list[Contestant] = field(default_factory=list)
    tolerance: float = 1e-9

    def add(self, name: str, run: Callable[[], float | None], units: int) -> None:
        self.contestants.append(Contestant(name, run, units))

    def start(self, rounds: int) -> Race:
        """Lets everybody run in turns, so that a noisy moment hits all alike; keeps the best."""
        for turn in range(rounds):
            for contestant in self.contestants:
                if turn > 0 and contestant.cpu * contestant.units > 20e9:
                    continue  # Twenty seconds once are enough.
                wall, cpu = time.perf_counter_ns(), time.process_time_ns()
                answer = contestant.run()
                cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
                contestant.cpu = min(contestant.cpu, cpu / contestant.units)
                contestant.wall = min(contestant.wall, wall / contestant.units)
                contestant.answer = answer
        self.check()
        return self

    def check(self) -> None:
        """Whoever gives another score did other work."""
        scores = {c.name: c.answer for c in self.contestants if c.answer is not None}
        wanted = next(iter(scores.values()), None)
        for name, score in scores.items():
            if not math.isclose(score, wanted, rel_tol=self.tolerance, abs_tol=self.tolerance):
                raise SystemExit(f"{self.question}: {name} gives {score}, others {wanted}")

    def table(self) -> str:
        """Markdown, the fastest first."""
        base = next(c.cpu for c in self.contestants if c.name == self.yardstick)
        lines = [
            f"| {self.question} | CPU ns per {self.unit} | wall | × {self.yardstick} |",
            "| --- | ---: | ---: | ---: |",
        ]
        for c in sorted(self.contestants, key=lambda c: c.cpu):
            name = f"**{c.name}**" if c.name.startswith("cxm") else c.name
            cells = [name, digits(c.cpu), digits(c.wall), digits(c.cpu / base)]
            lines.append(f"| {' | '.join(cells)} |")
        return "\n".join(lines)


def digits(value: float) -> str:
    """Three significant digits without an exponent."""
    if value == 0 or not math.isfinite(value):
        return str(value)
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{places}f}"
