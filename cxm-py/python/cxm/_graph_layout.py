"""Where the nodes of a layered graph stand: Sugiyama, Tagawa and Toda (1981).

Heavy edges go from left to right, edges against them are turned round; long edges get a place in
every layer that they cross; layers are ordered by the middle of their neighbours.
"""

from __future__ import annotations

from itertools import pairwise

#: Rounds of ordering; the best one is kept.
_SWEEPS = 12
#: Room for an edge that passes a layer, in heights of a node.
_PASSING = 0.5


class Layout:
    """``layer`` and ``y`` of each node, and for each edge the points it passes on its way."""

    def __init__(self, nodes, edges):
        self.back = _edges_against_the_flow(edges)
        ahead = {}
        for (a, b), count in edges.items():
            edge = (b, a) if (a, b) in self.back else (a, b)
            if a != b:
                ahead[edge] = ahead.get(edge, 0) + count
        self.layer = _longest_paths(nodes, ahead)
        self._chains = {edge: _chain(*edge, self.layer) for edge in ahead}
        weights = {}
        for edge, chain in self._chains.items():
            for pair in pairwise(chain):
                weights[pair] = weights.get(pair, 0) + ahead[edge]
        for chain in self._chains.values():
            self.layer |= {place: place[2] for place in chain if _passes(place)}
        rows = _ordered(self.layer, weights)
        self.y = _heights(rows, weights)
        self.layers = len(rows)

    def points(self, a, b):
        """``(layer, y)`` from a to b, and of the layers between."""
        turned = (a, b) in self.back
        chain = self._chains[(b, a) if turned else (a, b)]
        points = [(self.layer[place], self.y[place]) for place in chain]
        return points[::-1] if turned else points


def _edges_against_the_flow(edges):
    """The lightest edges without which nothing goes in circles, found greedily."""
    ahead, back = {}, set()
    for a, b in sorted(edges, key=lambda edge: (-edges[edge], str(edge))):
        if a == b:
            continue
        if _reaches(ahead, b, a):
            back.add((a, b))
        else:
            ahead.setdefault(a, []).append(b)
    return back


def _reaches(ahead, start, goal):
    seen, waiting = {start}, [start]
    while waiting:
        node = waiting.pop()
        if node == goal:
            return True
        fresh = [it for it in ahead.get(node, ()) if it not in seen]
        seen.update(fresh)
        waiting += fresh
    return False


def _longest_paths(nodes, ahead):
    """The layer of each node: right of all it comes from, and no further left than it need be."""
    layer = dict.fromkeys(nodes, 0)
    for _ in nodes:
        for a, b in ahead:
            layer[b] = max(layer[b], layer[a] + 1)
    for node in nodes:
        if not any(b == node for _, b in ahead):
            after = [layer[b] for a, b in ahead if a == node]
            layer[node] = min(after) - 1 if after else 0
    return layer


def _chain(a, b, layer):
    return [a, *((a, b, at) for at in range(layer[a] + 1, layer[b])), b]


def _passes(place):
    return isinstance(place, tuple)


def _ordered(layer, weights):
    """The places of each layer from top to bottom, with few crossings."""
    rows = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for place, at in layer.items():
        rows[at].append(place)
    best, fewest = [list(row) for row in rows], _crossings(rows, weights)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for at in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
            place_of = {it: n for n, it in enumerate(rows[at - 1 if down else at + 1])}
            middles = {it: _middle(it, place_of, weights, n) for n, it in enumerate(rows[at])}
            rows[at].sort(key=middles.__getitem__)
        found = _crossings(rows, weights)
        if found < fewest:
            best, fewest = [list(row) for row in rows], found
    return best


def _middle(place, place_of, weights, otherwise):
    """The mean of the neighbours' places, the heavier the more."""
    near = [(place_of[a], n) for (a, b), n in weights.items() if b == place and a in place_of]
    near += [(place_of[b], n) for (a, b), n in weights.items() if a == place and b in place_of]
    total = sum(n for _, n in near)
    return sum(at * n for at, n in near) / total if total else otherwise


def _crossings(rows, weights):
    count = 0
    for left, right in pairwise(rows):
        a_of, b_of = ({it: n for n, it in enumerate(row)} for row in (left, right))
        ends = sorted((a_of[a], b_of[b]) for a, b in weights if a in a_of and b in b_of)
        count += sum(
            ends[i][0] < ends[j][0] and ends[i][1] > ends[j][1]
            for i in range(len(ends))
            for j in range(i + 1, len(ends))
        )
    return count


def _heights(rows, weights):
    """Heights near those of the neighbours, in order and far enough apart."""
    y = {it: float(n) for row in rows for n, it in enumerate(row)}
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            wanted = [_middle(it, y, weights, y[it]) for it in row]
            for place, height in zip(row, _apart(row, wanted), strict=True):
                y[place] = height
    return y


def _apart(row, wanted):
    """The heights nearest to the wanted ones that keep order and distance: pooled neighbours."""
    offsets = [0.0]
    for above, below in pairwise(row):
        offsets.append(offsets[-1] + (_room(above) + _room(below)) / 2)
    pools = []
    for height, offset in zip(wanted, offsets, strict=True):
        pools.append((height - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, n), (b, m) = pools[-2:]
            pools[-2:] = [((a * n + b * m) / (n + m), n + m)]
    levels = [mean for mean, count in pools for _ in range(count)]
    return [level + offset for level, offset in zip(levels, offsets, strict=True)]


def _room(place):
    return _PASSING if _passes(place) else 1.0
