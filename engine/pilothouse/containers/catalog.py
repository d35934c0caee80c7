"""The images that everybody knows: names, tags that exist, sizes, and what they do.

Sizes are those of the compressed layers, rounded. Programs do what examples can tell apart: whether the image stays
up, where it answers, how it takes SIGTERM. Everything else is for the real shell and the real programs to come.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from pilothouse.containers.image import MEBIBYTE, Image
from pilothouse.containers.program import Agnhost, Program, Stress, job, server
from pilothouse.containers.reference import Reference

PRIVATE = "docker.io/private/"  # repositories that ask for a password
VERSION = r"v?\d{1,2}(\.\d{1,2}){0,2}"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A repository: which tags exist (a regular expression), and the image behind each of them."""

    tags: str
    size: int
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    programs: dict[str, Program] = {}
    shell: bool = True
    user: str = ""

    def has(self, tag: str) -> bool:
        """Whether there is such a tag."""
        return re.fullmatch(self.tags, tag) is not None

    def image(self, reference: Reference) -> Image:
        """The image of that name."""
        return Image(
            name=str(reference),
            size=self.size,
            entrypoint=self.entrypoint,
            cmd=self.cmd,
            programs=self.programs,
            shell=self.shell,
            user=self.user,
        )


@lru_cache(maxsize=4096)
def known(reference: Reference) -> Image | None:
    """The image of that name, if everybody knows it."""
    found = CATALOG.get(reference.repository)
    return found.image(reference) if found is not None and (reference.digest or found.has(reference.tag)) else None


def entry(
    tags: str, mebibytes: float, cmd: str, entrypoint: str = "", shell: bool = True, **programs: Program
) -> Entry:
    """An entry; `programs` by the command that they stand behind, with `_` for `-`."""
    named = {name.replace("_", "-"): program for name, program in programs.items()}
    size = int(mebibytes * MEBIBYTE)
    started = tuple(entrypoint.split())
    return Entry(tags=tags, size=size, entrypoint=started, cmd=tuple(cmd.split()), shell=shell, programs=named)


def service(tags: str, mebibytes: float, command: str, program: Program, **programs: Program) -> Entry:
    """An entry whose entrypoint is a script that starts the server, whatever arguments are given."""
    found = entry(tags, mebibytes, command, "docker-entrypoint.sh")
    named = {name.replace("_", "-"): other for name, other in programs.items()}
    return msgspec.structs.replace(found, programs={"docker-entrypoint.sh": program, command: program, **named})


WEB = server(80)
APP = server(8080, startup=0.5)
MODEL = server(8080, startup=1.0, memory=120 * MEBIBYTE)
WELL = job(0.1)
VERSIONS = rf"latest|alpine|{VERSION}(-[a-z0-9.]+)?"
NGINX = r"latest|stable|mainline|(stable-|mainline-)?alpine|1\.(\d|1\d|2\d)(\.\d{1,2})?(-alpine|-perl|-alpine-slim)?"
PYTHON = r"latest|slim|alpine|3(\.\d{1,2}){0,2}(-[a-z0-9.-]+)?"
DEBIAN = rf"latest|stable(-slim)?|bookworm(-slim)?|trixie(-slim)?|{VERSION}"
PI = "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798"
HELLO = (
    (0.0, "Hello from Docker!"),
    (0.0, "This message shows that your installation appears to be working correctly."),
)
REDIS = server(6379, status=0)
PODINFO = server(9898)

CATALOG: dict[str, Entry] = {
    # systems with a shell
    "docker.io/library/busybox": entry(rf"latest|stable|musl|uclibc|glibc|{VERSION}(-\w+)?", 2.1, "sh"),
    "registry.k8s.io/busybox": entry(rf"latest|{VERSION}", 2.1, "sh"),
    "gcr.io/google_containers/busybox": entry(rf"latest|{VERSION}", 2.1, "sh"),
    "docker.io/library/alpine": entry(rf"latest|edge|{VERSION}", 3.4, "/bin/sh"),
    "docker.io/library/bash": entry(rf"latest|{VERSION}", 6, "bash"),
    "docker.io/library/debian": entry(DEBIAN, 47, "bash"),
    "docker.io/library/ubuntu": entry(r"latest|noble|jammy|focal|\d\d\.\d\d", 28, "/bin/bash"),
    # servers
    "docker.io/library/nginx": service(NGINX, 69, "nginx", WEB),
    "registry.k8s.io/nginx-slim": entry(VERSION, 40, "nginx", nginx=WEB),
    "docker.io/library/httpd": entry(VERSIONS, 56, "httpd-foreground", httpd_foreground=WEB),
    "docker.io/library/redis": service(VERSIONS, 45, "redis-server", REDIS, redis_cli=WELL),
    "docker.io/library/postgres": service(
        VERSIONS, 150, "postgres", server(5432, startup=2.0, status=0), pg_isready=WELL
    ),
    "docker.io/library/mysql": service(
        VERSIONS, 180, "mysqld", server(3306, startup=5.0, status=0), mysqladmin=WELL, mysql=WELL
    ),
    "docker.io/library/mongo": service(VERSIONS, 300, "mongod", server(27017, startup=2.0, status=0), mongosh=WELL),
    "docker.io/library/python": entry(PYTHON, 45, "python3", python=server(8000), python3=server(8000)),
    "docker.io/library/perl": entry(
        rf"latest|slim|{VERSION}(\.\d)?(-[a-z]+)?", 340, "perl", perl=job(5.0, 0, ((5.0, PI),))
    ),
    # of Kubernetes and around it
    "registry.k8s.io/pause": entry(
        r"latest|3\.\d{1,2}", 0.3, "", "/pause", False, pause=Program(status=0, stops_in=0.0)
    ),
    "registry.k8s.io/e2e-test-images/agnhost": entry(r"2\.\d+(\.\d+)?", 50, "pause", "/agnhost", agnhost=Agnhost()),
    "registry.k8s.io/test-webserver": entry("latest", 4, "", "/test-webserver", False, test_webserver=WEB),
    "registry.k8s.io/hpa-example": entry("latest", 168, "apache2-foreground", apache2_foreground=WEB),
    "gcr.io/google-samples/hello-app": entry(r"1\.0|2\.0", 12, "", "/hello-app", False, hello_app=APP),
    "docker.io/hashicorp/http-echo": entry(
        r"latest|0\.2\.3|1\.0(\.0)?", 5, "", "/http-echo", False, http_echo=server(5678)
    ),
    "ghcr.io/stefanprodan/podinfo": entry(r"latest|6\.\d+\.\d+", 30, "./podinfo", podinfo=PODINFO),
    "docker.io/stefanprodan/podinfo": entry(r"latest|6\.\d+\.\d+", 30, "./podinfo", podinfo=PODINFO),
    "docker.io/library/hello-world": entry("latest|linux", 0.01, "/hello", "", False, hello=job(0.0, 0, HELLO)),
    "docker.io/polinux/stress": entry(r"latest|1\.0\.4", 4, "/usr/local/bin/stress", stress=Stress(status=0)),
    "docker.io/vish/stress": entry("latest", 2, "", "/stress", False, stress=Stress(status=0)),
    # The shipping line's own: a model that tells when a container ship arrives, and one that finds damaged boxes.
    "docker.io/line/eta-model": entry(r"[12](\.[0-9])?", 180, "serve", serve=MODEL),
    "docker.io/line/damage-model": entry(r"[12](\.[0-9])?", 420, "serve", serve=MODEL),
}
