from __future__ import annotations

import pytest

from pilothouse.containers import parse_reference


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("line/eta-model:1", "docker.io/line/eta-model:1"),
        ("registry.k8s.io/pause:3.8", "registry.k8s.io/pause:3.8"),
        ("localhost:5000/a/b", "localhost:5000/a/b:latest"),
        ("localhost/app", "localhost/app:latest"),
        ("busybox@sha256:" + "a" * 64, "docker.io/library/busybox@sha256:" + "a" * 64),
    ],
)
def test_names_are_completed(text: str, full: str) -> None:
    assert str(parse_reference(text)) == full


@pytest.mark.parametrize("text", ["", "a b", "nginx:", "UPPER", "nginx@sha256:12", "a//b", "x:_-$"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="invalid reference format"):
        parse_reference(text)


def test_a_capital_letter_is_named() -> None:
    with pytest.raises(ValueError, match=r"repository name \(library/Busybox\) must be lowercase"):
        parse_reference("Busybox:Bad")
