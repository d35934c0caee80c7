from __future__ import annotations

import pytest

from pilothouse.containers import Image, PullError, Registry, job, pull_seconds, register


@pytest.mark.parametrize(
    "name",
    [
        *("nginx", "nginx:1.14.2", "nginx:1.16.1", "nginx:1.27-alpine", "busybox:1.28", "redis:7.2", "redis:alpine"),
        *("python:3.12-slim", "postgres:12", "mysql:5.7", "registry.k8s.io/pause:3.8", "hello-world", "alpine:3"),
        *("line/eta-model:1", "line/eta-model:2", "line/eta-model:1.1", "line/damage-model:1.0", "perl"),
    ],
)
def test_known_images_are_found(name: str) -> None:
    assert Registry().find(name).size > 0


@pytest.mark.fidelity(
    "Images: a registry",
    "simplified",
    "a table of well-known names and tags with sizes; no layers yet, so nothing is shared between images",
)
@pytest.mark.parametrize("name", ["nginx:1.161", "line/eta-modle:1.0", "nosuch:1", "redis:typo"])
def test_a_typo_is_refused_in_the_words_of_containerd(name: str) -> None:
    with pytest.raises(PullError) as refusal:
        Registry().find(name)
    assert str(refusal.value).startswith("rpc error: code = NotFound desc = failed to pull and unpack image")
    assert str(refusal.value).endswith(": not found")


def test_a_private_image_is_forbidden() -> None:
    with pytest.raises(PullError, match="403 Forbidden"):
        Registry().find("private/app:1")


def test_an_unknown_image_may_be_assumed_and_is_named_once() -> None:
    registry = Registry("assume")
    image = registry.find("corp/app:7")
    assert image is registry.find("corp/app:7")
    assert list(registry.assumed) == ["docker.io/corp/app:7"]
    twin = registry.copy()
    twin.find("corp/other:1")
    assert len(registry.assumed) == 1


def test_the_choice_must_be_one_of_two() -> None:
    with pytest.raises(ValueError, match="unknown_images"):
        Registry("maybe")


def test_what_is_registered_is_found_and_replaced() -> None:
    register(Image(name="test/registered:1", programs={"run": job(1)}, cmd=("run",), size=5))
    register(Image(name="test/registered:1", programs={"run": job(2)}, cmd=("run",), size=200_000_000))
    image = Registry().find("docker.io/test/registered:1")
    assert image.programs["run"].runs_for == 2
    assert pull_seconds(image) == 2.3


def test_a_digest_is_always_the_same() -> None:
    assert Registry().find("nginx:1.27").digest == Registry().find("nginx:1.27").digest
    assert Registry().find("nginx:1.27").digest != Registry().find("nginx:1.26").digest
