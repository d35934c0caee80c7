"""The verbs, one a file.

A verb's module declares ``FLAGS`` (its flags as data), ``USAGE`` (one line), ``ABOUT`` (one sentence) and ``run(call)``.
``VERBS`` maps what people type to the module; ``rollout`` and ``set`` have verbs of their own.
"""

VERBS = {
    "annotate": "annotate",
    "api-resources": "api_resources",
    "api-versions": "api_versions",
    "apply": "apply",
    "auth can-i": "can_i",
    "autoscale": "autoscale",
    "config": "config",
    "cordon": "cordon",
    "create": "create",
    "delete": "delete",
    "describe": "describe",
    "diff": "diff",
    "drain": "drain",
    "edit": "edit",
    "events": "events",
    "exec": "exec",
    "explain": "explain",
    "expose": "expose",
    "get": "get",
    "label": "label",
    "logs": "logs",
    "patch": "patch",
    "replace": "replace",
    "rollout history": "history",
    "rollout pause": "pause",
    "rollout restart": "restart",
    "rollout resume": "resume",
    "rollout status": "status",
    "rollout undo": "undo",
    "run": "run",
    "scale": "scale",
    "set env": "set_env",
    "set image": "set_image",
    "set resources": "set_resources",
    "taint": "taint",
    "uncordon": "uncordon",
    "version": "version",
    "wait": "wait",
}

# Verbs of the real kubectl that have no meaning, or no home yet, in the simulation.
ELSEWHERE = (
    "alpha", "attach", "certificate", "cluster-info", "completion", "cp", "debug", "kustomize", "options", "plugin",
    "port-forward", "proxy", "top",
)  # fmt: skip
