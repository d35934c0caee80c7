"""The images that everybody knows: names, tags that exist, sizes, and what they do.

Sizes are those of the compressed layers, rounded. Programs do what examples can tell apart: whether the image stays
up, where it answers, how it takes SIGTERM. Everything else is for the real shell and the real programs to come.
"""

from __future__ import annotations

import re

import msgspec

from pilothouse.containers.image import MEBIBYTE, Image
from pilothouse.containers.program import Program, job, server
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


def entry(tags: str, mebibytes: float, argv: str, shell: bool = True, **programs: Program) -> Entry:
    """An entry whose default command line is `argv`; each program stands behind the command of its name."""
    words = tuple(argv.split())
    named = {name.replace("_", "-"): program for name, program in programs.items()}
    return Entry(tags=tags, size=int(mebibytes * MEBIBYTE), cmd=words, shell=shell, programs=named)


WEB = server(80)
APP = server(8080, startup=0.5)
MODEL = server(8080, startup=1.0, memory=120 * MEBIBYTE, paths=(("/healthz", 200), ("/readyz", 200)))
SYSTEM = rf"latest|{VERSION}([-.][a-z0-9.-]+)?"
NGINX = r"latest|stable|mainline|(stable-|mainline-)?alpine|1\.(\d|1\d|2\d)(\.\d{1,2})?(-alpine|-perl|-alpine-slim)?"
PI = "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798"

CATALOG: dict[str, Entry] = {
    "docker.io/library/busybox": entry(rf"latest|stable|musl|uclibc|glibc|{VERSION}(-\w+)?", 2.1, "sh"),
    "registry.k8s.io/busybox": entry(rf"latest|{VERSION}", 2.1, "sh"),
    "gcr.io/google_containers/busybox": entry(rf"latest|{VERSION}", 2.1, "sh"),
    "docker.io/library/alpine": entry(rf"latest|edge|{VERSION}", 3.4, "/bin/sh"),
    "docker.io/library/bash": entry(rf"latest|{VERSION}", 6, "bash"),
    "docker.io/library/debian": entry(rf"latest|stable(-slim)?|bookworm(-slim)?|trixie(-slim)?|{VERSION}", 47, "bash"),
    "docker.io/library/ubuntu": entry(r"latest|noble|jammy|focal|\d\d\.\d\d", 28, "/bin/bash"),
    "docker.io/library/nginx": entry(NGINX, 69, "nginx", nginx=WEB),
    "registry.k8s.io/nginx-slim": entry(VERSION, 40, "nginx", nginx=WEB),
    "docker.io/library/httpd": entry(
        rf"latest|alpine|{VERSION}(-alpine)?", 56, "httpd-foreground", httpd_foreground=WEB
    ),
    "docker.io/library/redis": entry(
        rf"latest|alpine|{VERSION}(-[a-z0-9.]+)?",
        45,
        "redis-server",
        redis_server=server(6379, status=0),
        redis_cli=job(0.1),
    ),
    "docker.io/library/postgres": entry(
        rf"latest|alpine|{VERSION}(-[a-z0-9.]+)?", 150, "postgres", postgres=server(5432, startup=2.0, status=0)
    ),
    "docker.io/library/mysql": entry(rf"latest|{VERSION}", 180, "mysqld", mysqld=server(3306, startup=5.0, status=0)),
    "docker.io/library/python": entry(
        r"latest|slim|alpine|3(\.\d{1,2}){0,2}(-[a-z0-9.-]+)?", 45, "python3", python=server(8000), python3=server(8000)
    ),
    "docker.io/library/perl": entry(
        rf"latest|slim|{VERSION}(\.\d)?(-[a-z]+)?", 340, "perl", perl=job(5.0, lines=((5.0, PI),))
    ),
    "docker.io/library/hello-world": entry(
        r"latest|linux", 0.01, "/hello", shell=False, hello=job(0.0, lines=((0.0, "Hello from Docker!"),))
    ),
    "registry.k8s.io/pause": entry(
        r"latest|3\.\d{1,2}", 0.3, "/pause", shell=False, pause=Program(status=0, stops_in=0.0, stop_code=0)
    ),
    "registry.k8s.io/e2e-test-images/agnhost": entry(r"2\.\d+", 50, "/agnhost pause", agnhost=APP),
    "registry.k8s.io/test-webserver": entry("latest", 4, "/test-webserver", shell=False, test_webserver=WEB),
    "registry.k8s.io/hpa-example": entry("latest", 168, "apache2-foreground", apache2_foreground=WEB),
    "gcr.io/google-samples/hello-app": entry(r"1\.0|2\.0", 12, "./hello-app", shell=False, hello_app=APP),
    "docker.io/hashicorp/http-echo": entry(
        r"latest|0\.2\.3|1\.0(\.0)?", 5, "/http-echo", shell=False, http_echo=server(5678)
    ),
    "ghcr.io/stefanprodan/podinfo": entry(r"latest|6\.\d+\.\d+", 30, "./podinfo", podinfo=server(9898)),
    "docker.io/stefanprodan/podinfo": entry(r"latest|6\.\d+\.\d+", 30, "./podinfo", podinfo=server(9898)),
    # The shipping line's own: a model that tells when a container ship arrives, and one that finds damaged boxes.
    "docker.io/line/eta-model": entry(r"[12](\.[0-9])?", 180, "serve", serve=MODEL),
    "docker.io/line/damage-model": entry(r"[12](\.[0-9])?", 420, "serve", serve=MODEL),
}
