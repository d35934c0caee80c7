"""The verbs, one a file.

A verb's module declares ``FLAGS`` (its flags as data), ``USAGE`` (one line), ``ABOUT`` (one sentence) and ``run(call)``.
``VERBS`` maps what people type to the module; ``rollout`` and ``set`` have verbs of their own.
"""

VERBS = {
    "annotate": "annotate",
    "api-resources": "api_resources",
    "apply": "apply",
    "cordon": "cordon",
    "create": "create",
    "delete": "delete",
    "describe": "describe",
    "get": "get",
    "label": "label",
    "logs": "logs",
    "rollout history": "history",
    "rollout pause": "pause",
    "rollout restart": "restart",
    "rollout resume": "resume",
    "rollout status": "status",
    "rollout undo": "undo",
    "scale": "scale",
    "set image": "set_image",
    "uncordon": "uncordon",
    "wait": "wait",
}

# Verbs of the real kubectl that have no meaning, or no home yet, in the simulation.
ELSEWHERE = (
    "alpha", "api-versions", "attach", "auth", "autoscale", "certificate", "cluster-info", "completion", "config", "cp",
    "debug", "diff", "drain", "edit", "events", "exec", "explain", "expose", "kustomize", "options", "patch", "plugin",
    "port-forward", "proxy", "replace", "run", "taint", "top", "version",
)  # fmt: skip
