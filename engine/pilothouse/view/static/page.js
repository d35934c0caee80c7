// Parts of a page: every attribute is set and every text is text, nothing is ever parsed as HTML.

// A part of the page; every attribute is set, never parsed.
function part(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children) if (child) node.append(child);
  return node;
}

// What takes the keyboard keeps it: JupyterLab's shortcuts look for this attribute on the focused element.
const own = (attributes) => ({ "data-lm-suppress-shortcuts": "true", ...attributes });

const ICONS = {
  start: "M6 5h2v14H6zM20 5v14l-10-7z", back: "M17 5v14l-9-7zM5 5h2.4v14H5z", play: "M7 4.5v15l13-7.5z", pause: "M6.5 5h4v14h-4zM13.5 5h4v14h-4z",
  next: "M7 5v14l9-7zM16.6 5H19v14h-2.4z", loop: "M7 7h9V4l5 4.5-5 4.5v-3H9.5v3H7zM17 17H8v3l-5-4.5 5-4.5v3h6.5v-3H17z",
};

function icon(name) {
  const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg"), path = document.createElementNS(space, "path");
  svg.setAttribute("viewBox", "0 0 24 24"); svg.setAttribute("aria-hidden", "true"); svg.setAttribute("focusable", "false");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const SPEEDS = [[0.125, "1/8"], [0.25, "1/4"], [0.5, "1/2"], [1, "1"], [2, "2"], [4, "4"], [8, "8"], [16, "16"], [32, "32"], [64, "64"]];

const reasonless = (scrub, player, story) => Math.abs(Number(scrub.value) / 1000 - player.place / Math.max(story.length, 1e-9)) > 1e-4;

function row(tag, texts, attributes = {}) {
  return part("tr", attributes, ...texts.map((text) => part(tag, tag === "th" ? { scope: "col", text } : { text })));
}
