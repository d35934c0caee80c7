"""The static picture: small, the same each time, true to the state."""

import io

import pytest
from harbour import Harbour, fleet, lesson
from PIL import Image

from pilothouse.view import still
from pilothouse.view.deck import fleet_grid, stow
from pilothouse.view.picture import WIDTH
from pilothouse.view.state import READY, STATES
from pilothouse.view.thing import Thing

drawn = still


def colours(png):
    image = Image.open(io.BytesIO(png)).convert("RGB")
    return {colour: count for count, colour in image.getcolors(1 << 24)}


def rgb(text):
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))


def near(found, wanted):
    return sum(n for colour, n in found.items() if all(abs(a - b) < 6 for a, b in zip(colour, wanted, strict=True)))


@pytest.mark.parametrize(
    "world", [lambda: Harbour(()), Harbour, lesson, lambda: fleet(12, 120, 8, 4), lambda: fleet(300, 2000, 4)]
)
def test_every_world_has_a_small_picture(world):
    png = drawn(world())
    assert png.startswith(b"\x89PNG")
    assert len(png) < 50_000
    assert Image.open(io.BytesIO(png)).width == WIDTH * 2


def test_it_is_the_same_each_time():
    assert drawn(lesson()) == drawn(lesson())


def test_ready_pods_are_painted_ready(harbour):
    assert near(colours(drawn(harbour)), rgb(STATES[READY].light)) < 50
    deployment, replicaset = harbour.deploy("eta", 3)
    harbour.rise(deployment, replicaset, 3, ["rotterdam-1", "rotterdam-2"])
    assert near(colours(drawn(harbour)), rgb(STATES[READY].light)) > 5_000


def node_and_pods(count, cpu):
    node = Thing(0, "Node", "", "n")
    node.cpu, node.memory = 4000, 8 << 30
    pods = []
    for index in range(1, count + 1):
        pod = Thing(index, "Pod", "default", f"p{index}")
        pod.cpu = cpu
        pods.append(pod)
    return node, pods


@pytest.mark.parametrize(("count", "cpu"), [(0, 0), (1, 4000), (3, 500), (8, 500), (110, 0), (20, 1000), (500, 900)])
def test_containers_do_not_overlap_as_long_as_they_fit(count, cpu):
    node, pods = node_and_pods(count, cpu)
    cells = stow([(node, pods)], 1.4)
    taken = set()
    for column, line, w, h in cells.places[0].values():
        for x in range(column, column + w):
            for y in range(line, line + h):
                assert 0 <= x < cells.columns
                assert 0 <= y < cells.lines
                if count * cpu <= 4000:
                    assert (x, y) not in taken
                taken.add((x, y))
    assert len(cells.places[0]) == count


@pytest.mark.parametrize("ships", [0, 1, 3, 7, 50, 1000])
def test_all_ships_have_a_berth(ships):
    columns, lines = fleet_grid(ships, 600, 300)
    assert columns * lines >= ships
