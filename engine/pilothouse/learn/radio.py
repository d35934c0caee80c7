"""Radio buttons that a keyboard and a screen reader can use: a fieldset with a legend, and a status under it.

An `anywidget` with a few lines of HTML, because the radio buttons of ipywidgets form no group with a name, and
because keys typed in them would also reach the notebook (an arrow would leave the cell). Escape and Enter give the
keyboard back to the notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

if TYPE_CHECKING:
    from pilothouse.learn.question import Prediction

MODULE = """
export default {
  render({ model, el }) {
    const name = "answer-" + Math.random().toString(36).slice(2);
    const group = document.createElement("fieldset");
    group.style.cssText = "border:1px solid var(--jp-border-color1,#999);border-radius:4px;padding:.5em 1em";
    const legend = document.createElement("legend");
    legend.textContent = model.get("words");
    legend.style.cssText = "font-weight:600;padding:0 .3em";
    group.append(legend);
    for (const [key, words] of model.get("answers")) {
      const row = document.createElement("label");
      row.style.cssText = "display:block;padding:.2em 0;cursor:pointer";
      const box = document.createElement("input");
      box.type = "radio"; box.name = name; box.value = key;
      box.dataset.lmSuppressShortcuts = "true";
      box.checked = model.get("answer") === key;
      box.addEventListener("change", () => { model.set("answer", key); model.save_changes(); });
      row.append(box, " " + key + ") " + words);
      group.append(row);
    }
    const status = document.createElement("p");
    status.setAttribute("role", "status");
    status.style.margin = ".3em 0 0";
    const say = () => {
      status.textContent = model.get("said");
      for (const box of group.querySelectorAll("input")) box.checked = box.value === model.get("answer");
    };
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" && event.key !== "Enter") return;
      const cell = el.closest(".jp-Cell");
      if (cell) { event.preventDefault(); event.stopPropagation(); cell.focus(); }
    });
    model.on("change:said change:answer", say);
    say();
    group.append(status);
    el.append(group);
  },
};
"""


class Radio(anywidget.AnyWidget):
    """One question; `answer` is what is chosen, `said` the line under the answers."""

    _esm = MODULE
    words = traitlets.Unicode().tag(sync=True)
    answers: Any = traitlets.List().tag(sync=True)
    answer = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)


def radio(prediction: Prediction) -> dict[str, Any]:
    """Return the mime bundle of radio buttons that keep what is chosen in `prediction`."""
    question = prediction.question
    widget = Radio(words=question.words, answers=[[key, words] for key, words in question.answers.items()])
    widget.answer, widget.said = prediction.answer, _said(prediction.answer, prediction.answer)

    def chosen(change: Any) -> None:
        prediction.answer = prediction.keep(change["new"])
        widget.said = _said(change["new"], prediction.answer)

    widget.observe(chosen, names="answer")
    shown = widget._repr_mimebundle_()
    bundle: dict[str, Any] = dict(shown[0] if isinstance(shown, tuple) else shown or {})
    return bundle


def _said(chosen: str, kept: str) -> str:
    if not chosen:
        return "Choose one; your answer is kept, not judged."
    if chosen != kept:
        return f"Your first answer, {kept}, stays: it was made before the run."
    return f"Kept: {kept}. Now run the next cells and see."
