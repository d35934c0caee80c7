"""Job and CronJob at the door.

The real counterparts are `pkg/apis/batch` and its registry strategies: a Job gets its selector and labels from its uid.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pilothouse.api import CronJobStatus, JobStatus, LabelSelector, replace
from pilothouse.api.name import dns_subdomain, label_value
from pilothouse.apiserver import internal
from pilothouse.apiserver.default import computed, defaults, each, inside, pointer
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.kinds.pod import template_warnings
from pilothouse.apiserver.kinds.podspec import TEMPLATE, template_defaults
from pilothouse.apiserver.rule import NOT_NEGATIVE, at, fields, need, one_of, sees_unset
from pilothouse.apiserver.status import Fault, invalid, required, unsupported

_MOST = 2147483647
_UID, _NAME = "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"

# ------------------ Job


def _counts(spec: Any) -> Any:
    if spec.completions is None and spec.parallelism is None:
        return replace(spec, completions=1, parallelism=1)
    return spec


_JOB = defaults(
    parallelism=pointer(1),
    backoffLimit=pointer(6),
    completionMode="NonIndexed",
    suspend=pointer(False),
    manualSelector=computed(lambda spec: False if spec.manualSelector is None else None),
    podReplacementPolicy=computed(
        lambda spec: "Failed" if spec.podFailurePolicy is not None else "TerminatingOrFailed"
    ),
    podFailurePolicy=inside(defaults(rules=each(defaults(onPodConditions=each(defaults(status="True")))))),
    template=inside(template_defaults),
)


def _job_defaults(spec: Any) -> Any:
    spec = _counts(spec)
    if spec.backoffLimit is None and spec.backoffLimitPerIndex is not None:
        spec = replace(spec, backoffLimit=_MOST)
    return _JOB(spec)


def _with_labels(item: Any) -> Any:
    found = item.spec.template.metadata.labels
    if item.metadata.labels or not found:
        return item
    return replace(item, metadata=replace(item.metadata, labels=found))


def _job(item: Any) -> Any:
    spec = _job_defaults(item.spec)
    return _with_labels(item if spec is item.spec else replace(item, spec=spec))


def _finish(door: Any, item: Any) -> Any:
    """Labels with the job's uid, and the selector of them, unless the author selects by hand."""
    spec, meta = item.spec, item.metadata
    if spec.manualSelector or spec.selector is not None:
        return item
    given = {"controller-uid": meta.uid, "job-name": meta.name, _UID: meta.uid, _NAME: meta.name}
    before = spec.template.metadata
    template = replace(spec.template, metadata=replace(before, labels={**before.labels, **given}))
    selector = LabelSelector(matchLabels={_UID: meta.uid})
    own = meta.labels == before.labels
    return replace(
        item,
        metadata=replace(meta, labels=template.metadata.labels) if own else meta,
        spec=replace(spec, template=template, selector=selector),
    )


def _restarts(spec: Any, path: str, faults: list[Fault]) -> None:
    policy, here = spec.template.spec.restartPolicy, f"{path}.template.spec.restartPolicy"
    if policy in ("", "Always"):
        faults.append(required(here, 'valid values: "OnFailure", "Never"'))
    elif policy not in ("OnFailure", "Never"):
        faults.append(unsupported(here, policy, ("OnFailure", "Never")))
    elif spec.podFailurePolicy is not None and policy != "Never":
        faults.append(invalid(here, policy, 'only "Never" is supported when podFailurePolicy is specified'))


def _selected_by_hand(spec: Any, path: str, faults: list[Fault]) -> None:
    if spec.manualSelector and spec.selector is None:
        faults.append(required(f"{path}.selector"))


JOB_SPEC = fields(
    at("parallelism", NOT_NEGATIVE),
    at("completions", NOT_NEGATIVE),
    at("activeDeadlineSeconds", NOT_NEGATIVE),
    at("backoffLimit", NOT_NEGATIVE),
    at("ttlSecondsAfterFinished", NOT_NEGATIVE),
    at("completionMode", one_of("NonIndexed", "Indexed")),
    at("podReplacementPolicy", one_of("Failed", "TerminatingOrFailed")),
    _selected_by_hand,
    at("template", sees_unset(TEMPLATE)),
    _restarts,
)


def _own_selector(request: Any) -> list[Fault]:
    """A new job that does not select by hand leaves its selector to the server."""
    spec = request.item.spec
    if request.operation != "CREATE" or spec.manualSelector or spec.selector is None:
        return []
    return [invalid("spec.selector", spec.selector, "`selector` not auto-generated")]


def _named_label(item: Any, path: str, faults: list[Fault]) -> None:
    """The job's name becomes a label of its pods, under an old and a new key."""
    if not item.spec.manualSelector:
        for problem in label_value(item.metadata.name):
            faults += [invalid("spec.template.labels", item.metadata.name, problem)] * 2


def _job_changes(new: Any, old: Any, path: str, faults: list[Fault]) -> None:
    now, before = new.spec, old.spec
    if now.completions != before.completions:
        if now.completionMode != "Indexed":
            faults.append(invalid("spec.completions", now.completions, "field is immutable"))
        elif now.completions != now.parallelism:
            told = "can only be modified in tandem with spec.parallelism"
            faults.append(invalid("spec.completions", now.completions, told))
    if now.selector != before.selector:
        faults.append(invalid("spec.selector", now.selector, "field is immutable"))
    if now.template != before.template and not (before.suspend and not old.status.startTime):
        faults.append(invalid("spec.template", internal.template(now.template), "field is immutable"))
    for name in ("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "successPolicy", "managedBy"):
        if getattr(now, name) != getattr(before, name):
            faults.append(invalid(f"spec.{name}", getattr(now, name), "field is immutable"))


_FRESH = JobStatus()
JOB = Kind(
    "Job",
    defaults=_job,
    rules=fields(_named_label, at("spec", JOB_SPEC)),
    changes=_job_changes,
    permit=_own_selector,
    prepare=lambda item: replace(item, status=_FRESH),
    finish=_finish,
    status=True,
    generation=True,
    orphans=True,
    fields={"status.successful": lambda item: str(item.status.succeeded)},
    warnings=lambda item: template_warnings(item.spec.template.spec, item.spec.template.metadata, "spec.template."),
)

# ------------------ CronJob

_DESCRIPTORS = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_BOUNDS = ((0, 59, "minute"), (0, 23, "hour"), (1, 31, "dom"), (1, 12, "month"), (0, 6, "dow"))
_NAMES = {
    3: dict(
        zip(
            ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
            range(1, 13),
            strict=True,
        )
    ),
    4: dict(zip(["sun", "mon", "tue", "wed", "thu", "fri", "sat"], range(7), strict=True)),
}


def schedule_problem(text: str) -> str:
    """What is wrong with a schedule, in the words of the parser that Kubernetes uses; "" when nothing is."""
    if text.startswith("@"):
        if text in _DESCRIPTORS or text.startswith("@every "):
            return ""
        return f"unrecognized descriptor: {text}"
    parts = text.split()
    if len(parts) != 5:
        return f"expected exactly 5 fields, found {len(parts)}: [{' '.join(parts)}]"
    for index, part in enumerate(parts):
        for entry in part.split(","):
            problem = _entry_problem(entry, index)
            if problem:
                return problem
    return ""


def _number(text: str, index: int) -> int | None:
    if text.lower() in _NAMES.get(index, {}):
        return int(_NAMES[index][text.lower()])
    return int(text) if text.isdigit() else None


def _entry_problem(entry: str, index: int) -> str:
    low, high, _ = _BOUNDS[index]
    span, slash, step = entry.partition("/")
    if slash and (not step.isdigit() or int(step) == 0):
        return f"step of range should be a positive number: {entry}" if step == "0" else _bad(step)
    if span in ("*", "?"):
        return ""
    ends = span.split("-")
    if len(ends) > 2:
        return f"too many hyphens: {entry}"
    numbers = []
    for text in ends:
        number = _number(text, index)
        if number is None:
            return _bad(text)
        numbers.append(number)
    if numbers[0] < low:
        return f"beginning of range ({numbers[0]}) below minimum ({low}): {entry}"
    if numbers[-1] > high:
        return f"end of range ({numbers[-1]}) above maximum ({high}): {entry}"
    if numbers[0] > numbers[-1]:
        return f"beginning of range ({numbers[0]}) beyond end of range ({numbers[-1]}): {entry}"
    return ""


def _bad(text: str) -> str:
    return f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax'


def _schedule(value: str, path: str, faults: list[Fault]) -> None:
    problem = schedule_problem(value)
    if problem:
        faults.append(invalid(path, value, problem))
    if "TZ" in value:
        faults.append(invalid(path, value, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"))


def _zone(value: str, path: str, faults: list[Fault]) -> None:
    if value.lower() == "local":
        faults.append(
            invalid(path, value, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones")
        )
        return
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if value != "UTC":
            faults.append(invalid(path, value, f"unknown time zone {value}"))


def _cron_name(value: str) -> list[str]:
    found = list(dns_subdomain(value))
    if not found and len(value) > 52:
        found.append("must be no more than 52 characters")
    return found


def _no_selector(value: Any, path: str, faults: list[Fault]) -> None:
    if value.spec.manualSelector:
        faults.append(unsupported(f"{path}.spec.manualSelector", True, ("nil", "false")))
    if value.spec.selector is not None:
        faults.append(invalid(f"{path}.spec.selector", value.spec.selector, "`selector` will be auto-generated"))


CRON_JOB = Kind(
    "CronJob",
    name=_cron_name,
    defaults=defaults(
        spec=inside(
            defaults(
                concurrencyPolicy="Allow",
                suspend=pointer(False),
                successfulJobsHistoryLimit=pointer(3),
                failedJobsHistoryLimit=pointer(1),
                jobTemplate=inside(defaults(spec=inside(defaults(template=inside(template_defaults))))),
            )
        )
    ),
    rules=fields(
        at(
            "spec",
            fields(
                at("schedule", need(_schedule)),
                at("startingDeadlineSeconds", NOT_NEGATIVE),
                at("timeZone", _zone),
                at("concurrencyPolicy", need(one_of("Allow", "Forbid", "Replace"))),
                at("jobTemplate", sees_unset(fields(_no_selector, at("spec", sees_unset(JOB_SPEC))))),
                at("successfulJobsHistoryLimit", NOT_NEGATIVE),
                at("failedJobsHistoryLimit", NOT_NEGATIVE),
            ),
        )
    ),
    prepare=lambda item: replace(item, status=CronJobStatus()),
    status=True,
    generation=True,
)

KINDS = (JOB, CRON_JOB)
