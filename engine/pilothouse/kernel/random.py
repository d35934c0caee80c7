"""Chance, by name: one stream of random numbers for each component, all drawn from one seed.

With a stream of its own, one more draw by one component changes nothing for any other, so two runs that differ in one
decision stay comparable. The streams are Python's Mersenne Twister seeded with text, which gives the same numbers on
every platform and version. Kubernetes has no counterpart: its chance is nobody's.
"""

from __future__ import annotations

from random import Random


class Randoms:
    """The streams of one cluster: `randoms("scheduler")` is always the same `random.Random`."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._streams: dict[str, Random] = {}

    def __call__(self, name: str) -> Random:
        """The stream called `name`, begun from (seed, name) when it is first asked for."""
        stream = self._streams.get(name)
        if stream is None:
            stream = self._streams[name] = Random(f"{self.seed}/{name}")
        return stream

    def copy(self) -> Randoms:
        """Streams that will give the same numbers, independent from here on."""
        twin = Randoms(self.seed)
        for name, stream in self._streams.items():
            twin._streams[name] = Random()
            twin._streams[name].setstate(stream.getstate())
        return twin
