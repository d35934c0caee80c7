"""Two forks: where they part, in words, and both as pictures."""

import base64
import io

import pytest
from PIL import Image

from pilothouse import Cluster
from pilothouse.view import Compare
from pilothouse.view.picture import WIDTH

POD = """
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: nginx}]}
"""


@pytest.fixture(scope="module")
def world():
    cluster = Cluster(nodes=2, unknown_images="assume")
    cluster.apply(POD)
    cluster.run("30s")
    return cluster


@pytest.mark.fidelity("The view: two forks beside each other", "invented", "there is only one of a real cluster")
def test_the_sentence_says_where_they_part(world):
    twin = world.fork()
    twin.run("10s")
    twin.fail("node/n1")
    twin.run("2m")
    found = Compare(world, twin, names=("as it is", "without n1"))
    assert found.sentence == (
        '"as it is" and "without n1" are the same up to 00:40; then in "as it is" nothing more happens, '
        'and in "without n1" the kubelet on n1 falls silent.'
    )
    assert "  not the same now: Node n1" in str(found).splitlines()
    assert found.diff.first is not None


def test_each_side_tells_its_own(world):
    left, right = world.fork(), world.fork()
    left.fail("node/n1")
    right.api.delete("pod", "web")
    left.run("2m")
    right.run("2m")
    sentence = Compare(left, right).sentence
    assert "in a the kubelet on n1 falls silent" in sentence
    assert "in b you tell web to stop" in sentence
    assert "Pod web (a only)" in str(Compare(left, right))


def test_equal_forks_are_the_same(world):
    assert Compare(world, world.fork()).words == "a and b are the same: no change differs."


def test_two_pictures_in_one(world):
    bundle, metadata = Compare(world, world.fork())._repr_mimebundle_()
    picture = base64.b64decode(bundle["image/png"])
    assert len(picture) < 50_000
    assert Image.open(io.BytesIO(picture)).width == 2 * WIDTH == 2 * metadata["image/png"]["width"]
    assert bundle["text/plain"] == metadata["image/png"]["alt"]
