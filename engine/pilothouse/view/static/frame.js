// The page around the picture: its parts, and who listens to them.

class Frame {
  constructor(el, model) {
    this.model = model; this.el = el;
    this.story = new Story(); this.stage = null; this.selected = -1; this.hover = -1; this.owner = -1; this.told = -2; this.reached = -1; this.gliding = 0;
    this.player = new Player(this.story, (reason) => this.changed(reason));
    this.undo = [];
    this.build();
    this.listen();
  }

  button(name, words, action, extra = {}) {
    return part("button", own({ type: "button", class: "ph-button", "aria-label": words, title: words, "data-testid": `ph-${name}`, onclick: action, ...extra }), icon(name));
  }

  build() {
    const { player } = this;
    this.orders = part("ul", { class: "ph-orders", "aria-label": "What is wanted, and what is ready" });
    this.canvas = part("canvas", own({
      tabindex: "0", role: "application", class: "ph-canvas", "data-testid": "ph-canvas", "aria-roledescription": "picture of the cluster",
      "aria-label": "The cluster. Up and down choose a pod or node, left and right step through the changes, space plays and pauses.",
    }));
    this.tip = part("div", { class: "ph-tip", "aria-hidden": "true" });
    this.scene = part("div", { class: "ph-scene" }, this.canvas, this.tip);
    this.playButton = this.button("play", "Play", () => (player.playing ? player.pause() : player.play()));
    this.clock = part("span", { class: "ph-clock", role: "timer", "data-testid": "ph-clock", "aria-label": "time of the cluster" });
    this.speed = part("select", own({ class: "ph-select", "aria-label": "Speed", title: "Speed", "data-testid": "ph-speed", onchange: (event) => { player.speed = Number(event.target.value); } }));
    for (const [value, words] of SPEEDS) this.speed.append(part("option", { value: String(value), text: `${words}×`, selected: value === 1 }));
    this.loop = this.button("loop", "Repeat", () => { player.loop = !player.loop; this.loop.setAttribute("aria-pressed", String(player.loop)); }, { "aria-pressed": "false" });
    const bar = part("div", { class: "ph-bar", role: "group", "aria-label": "Playback" },
      this.button("start", "To the beginning", () => { player.pause(); player.go(0, "step"); }),
      this.button("back", "One change back", () => player.step(-1)), this.playButton,
      this.button("next", "One change on", () => player.step(1)), this.clock,
      part("span", { class: "ph-space" }), this.loop, this.speed);
    this.lane = part("canvas", { class: "ph-lane", "aria-hidden": "true" });
    this.scrub = part("input", own({ type: "range", min: "0", max: "1000", step: "any", value: "0", class: "ph-scrub", "aria-label": "Moment", "data-testid": "ph-scrub" }));
    this.track = part("div", { class: "ph-track" }, this.lane, this.scrub);
    this.now = part("p", { class: "ph-now", "aria-live": "polite", "aria-atomic": "true", "data-testid": "ph-now" });
    this.log = part("ol", { class: "ph-log", "aria-label": "What happened so far", "data-testid": "ph-log" });
    this.facts = part("section", { class: "ph-facts", "aria-label": "The chosen thing", "data-testid": "ph-facts", hidden: true });
    this.legend = part("ul", { class: "ph-legend", "aria-label": "What the containers mean" });
    this.note = part("p", { class: "ph-note", hidden: true });
    this.mirror = part("div", { class: "ph-mirror", "data-testid": "ph-model" });
    this.root = part("div", { class: "ph", role: "region", "aria-label": "View of the cluster", "data-testid": "pilothouse-view" },
      this.orders, this.scene, bar, this.track, part("div", { class: "ph-words" }, part("div", { class: "ph-told" }, this.now, this.log), this.facts),
      this.note, this.legend, this.mirror);
    this.el.append(this.root);
  }

  listen() {
    const { canvas, player, scrub } = this;
    scrub.addEventListener("input", () => {
      const wanted = (Number(scrub.value) / 1000) * this.story.length; // pausing puts the knob back where the player is
      player.pause(); player.go(wanted);
    });
    scrub.addEventListener("change", () => this.tellKernel());
    scrub.addEventListener("keydown", (event) => {
      const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (steps) { event.preventDefault(); player.step(steps); }
    });
    canvas.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("keydown", (event) => { // gives the keyboard back to the notebook
      const cell = event.key === "Escape" && this.root.closest(".jp-Cell");
      if (cell) { event.preventDefault(); event.stopPropagation(); cell.focus(); }
    });
    canvas.addEventListener("pointermove", (event) => this.point(event));
    canvas.addEventListener("pointerleave", () => this.hovered(-1));
    canvas.addEventListener("click", (event) => { const thing = this.under(event); this.choose(thing === this.selected ? -1 : thing); });
    const size = new ResizeObserver(() => this.resize());
    size.observe(this.scene);
    const theme = new MutationObserver(() => this.retheme());
    theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class", "style"] });
    const dark = matchMedia("(prefers-color-scheme: dark)"), still = matchMedia("(prefers-reduced-motion: reduce)");
    const again = () => this.retheme();
    dark.addEventListener("change", again); still.addEventListener("change", again);
    this.undo.push(() => { size.disconnect(); theme.disconnect(); dark.removeEventListener("change", again); still.removeEventListener("change", again); player.pause(); });
    this.stillQuery = still;
  }

  close() { for (const action of this.undo) action(); }
}
