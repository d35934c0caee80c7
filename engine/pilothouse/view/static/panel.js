// Everything together: the story arrives, time passes, things are chosen, the kernel drives.

class Panel extends Words {
  async add(message) {
    const chunk = await inflate(message), { story, player } = this, fresh = !story.beats && !story.names.length;
    const atEnd = player.place >= story.length - 1e-3, beat = story.beatAt(player.place);
    const into = beat >= 0 ? (player.place - story.start[beat]) / Math.max(story.span[beat], 1e-9) : 0, heldLast = beat === story.beats - 1;
    story.append(chunk);
    if (this.stage === null) { this.stage = new Stage(story); this.painter = new Painter(this.canvas, story, this.stage); }
    this.painter.row = -1; this.painter.current = new Int32Array(0);
    if (!fresh) player.place = beat < 0 ? 0 : story.start[beat] + story.span[beat] * Math.min(into, heldLast ? 1 : into);
    this.retheme();
    this.furnish();
    const still = this.stillQuery.matches, auto = this.model.get("_autoplay") && !still;
    if (fresh) {
      const first = story.placeAfter(this.model.get("_from") || 0);
      if (auto) this.whenSeen(first, () => player.play()); else player.go(story.length);
    } else if (atEnd && !player.playing) {
      if (auto && this.visible) player.play(); else player.go(story.length);
    }
    if (!player.playing) this.changed("add");
  }

  // Begin when the picture comes into sight, and know later whether it is.
  whenSeen(place, action) {
    this.player.go(place, "add");
    let waiting = true;
    const watch = new IntersectionObserver((entries) => {
      this.visible = entries[entries.length - 1].isIntersecting;
      if (waiting && this.visible) { waiting = false; if (!this.driven) action(); }
    });
    watch.observe(this.scene);
    this.undo.push(() => watch.disconnect());
  }

  furnish() {
    const { story } = this;
    this.orders.replaceChildren();
    this.chips = new Map();
    for (const order of story.orders.slice(0, 40)) {
      const sign = part("canvas", { class: "ph-sign", "aria-hidden": "true", width: 28, height: 28 }), count = part("span", { class: "ph-count" }), fill = part("span", { class: "ph-fill" });
      const chip = part("button", own({ type: "button", class: "ph-order", "aria-pressed": "false", title: `Show only the pods of ${story.kinds[order]} ${story.names[order]}`, onclick: () => this.focusOn(order) }),
        sign, part("span", { class: "ph-name", text: story.names[order] }), count, part("span", { class: "ph-meter", "aria-hidden": "true" }, fill));
      const item = part("li", {}, chip);
      this.orders.append(item);
      this.chips.set(order, { item, chip, count, fill, sign, words: "" });
    }
    this.note.hidden = !story.leftOut;
    this.note.textContent = story.leftOut ? `The ${story.leftOut.toLocaleString("en")} changes before ${clockWords(story.time[0] ?? 0, false)} are left out; the picture starts from the state at that time.` : "";
    this.furnishLegend();
    this.drawSigns();
  }

  furnishLegend() {
    const { story } = this, used = new Set();
    for (let row = 0; row < story.rows; row++) if (story.kinds[story.thing[row]] === "Pod") used.add(story.a[row]);
    this.legend.replaceChildren();
    this.samples = [];
    for (let state = 1; state < story.states.length; state++) {
      if (!used.has(state)) continue;
      const sample = part("canvas", { class: "ph-sample", "aria-hidden": "true" });
      this.samples.push([sample, state]);
      this.legend.append(part("li", {}, sample, part("span", { text: story.states[state].words })));
    }
  }

  drawSigns() {
    const { painter, story } = this, ratio = painter.ratio || 1;
    const onto = (canvas, w, h, draw) => {
      canvas.width = w * ratio; canvas.height = h * ratio; canvas.style.width = `${w}px`; canvas.style.height = `${h}px`;
      const ctx = canvas.getContext("2d"), main = painter.ctx;
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      painter.ctx = ctx; draw(); painter.ctx = main;
    };
    for (const [order, { sign }] of this.chips || []) onto(sign, 14, 14, () => painter.glyph(order, 7, 7, 5, painter.theme.text));
    for (const [sample, state] of this.samples || []) onto(sample, 30, 18, () => painter.sample(state, 1, 2, 28, 14));
    return story;
  }

  retheme() {
    const style = getComputedStyle(this.root), painter = this.painter;
    const ground = style.getPropertyValue("--jp-layout-color1").trim();
    let dark = matchMedia("(prefers-color-scheme: dark)").matches;
    if (ground) {
      const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
      probe.fillStyle = ground; probe.fillRect(0, 0, 1, 1);
      const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
      dark = r * 0.3 + g * 0.59 + b * 0.11 < 128;
    }
    this.root.classList.toggle("ph-dark", dark);
    if (!painter) return;
    painter.dark = dark; painter.theme = dark ? THEMES.dark : THEMES.light;
    painter.font = style.fontFamily; painter.still = this.stillQuery.matches; painter.clips.clear();
    this.drawSigns();
    this.resize(true);
  }

  resize(force = false) {
    const { stage, story, canvas, painter } = this;
    if (!stage) return;
    const width = Math.max(320, this.scene.clientWidth), nodes = story.nodes.length, ratio = Math.min(3, globalThis.devicePixelRatio || 1);
    const fixed = this.model.get("_height"), lines = nodes <= 3 ? 1 : nodes <= 8 ? 2 : 3;
    const height = fixed || Math.round(clamp(width * (lines === 1 ? 0.36 : lines === 2 ? 0.5 : 0.56), 280, lines === 1 ? 380 : 560));
    if (!force && stage.width === width && stage.height === height && painter.ratio === ratio) return;
    painter.ratio = ratio;
    canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
    stage.fit(width, height);
    const lane = this.lane, laneW = this.track.clientWidth;
    lane.width = Math.max(1, Math.round(laneW * ratio)); lane.height = Math.round(30 * ratio);
    drawLane(lane, story, painter, this.reached, laneW, ratio);
    this.paint();
  }

  changed(reason) {
    const { player } = this;
    if (reason === "play" || reason === "pause") {
      const words = player.playing ? "Pause" : "Play";
      this.playButton.replaceChildren(icon(player.playing ? "pause" : "play"));
      this.playButton.setAttribute("aria-label", words); this.playButton.title = words;
      this.root.dataset.playing = String(player.playing);
    }
    this.gliding = 0;
    this.painter && (this.painter.settled = reason === "step" || reason === "on"); // a step shows what has come to rest
    this.paint();
    if (reason === "seek" && this.story.pods.length > 300) { clearTimeout(this.soon); this.soon = setTimeout(() => this.reflect(true), 60); }
    else if (reason !== "tick") this.reflect(true);
    if (reason === "pause" || reason === "step" || reason === "on") this.tellKernel();
    if (reason === "on" && !this.stillQuery.matches) this.glide();
  }

  // After a step forward, the picture moves from the beginning of the change to its end, while the words are there already.
  glide() {
    const { painter, player, story } = this, to = player.place, from = story.start[story.beatAt(to)] ?? to;
    const token = (this.gliding = performance.now()), lasts = clamp((to - from) * 1000, 250, 1500) / Math.max(1, player.speed);
    const tick = (now) => {
      if (this.gliding !== token) return;
      const part = clamp((now - token) / lasts, 0, 1);
      if (part === 1) { this.gliding = 0; this.paint(); return; }
      painter.settled = false;
      painter.draw(from + (to - from) * part, this.look());
      painter.settled = true;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  look() { return { selected: this.selected, hover: this.hover, owner: this.owner }; }

  paint() {
    const { painter, stage, player, story } = this;
    if (!painter || !stage.width) return;
    if (!this.gliding) painter.draw(player.place, this.look());
    this.clock.textContent = clockWords(story.clockAt(player.place));
    if (document.activeElement !== this.scrub || player.playing || reasonless(this.scrub, player, story)) this.scrub.value = String((player.place / Math.max(story.length, 1e-9)) * 1000);
    const now = performance.now();
    const beat = story.beatAt(player.place);
    if (beat > this.reached && (!player.playing || now - (this.lanedAt || 0) > 150)) {
      this.reached = beat; this.lanedAt = now;
      drawLane(this.lane, story, painter, this.reached, this.track.clientWidth, painter.ratio);
    }
    if (this.told !== beat) this.say();
    if (now - (this.reflected || 0) > 400 && player.playing) this.reflect(false);
  }

  tellKernel() {
    const { model, story, player } = this, time = Math.round(story.clockAt(player.place) * 1000) / 1000;
    if (model.get("time") === time) return;
    model.set("time", time);
    this.report();
  }

  // Tell the kernel what is shown; a message of its own, so that the story never travels back.
  report() { this.model.send({ type: "shown", time: this.model.get("time"), selected: this.model.get("selected") }); }

  choose(thing, tell = true) {
    this.selected = thing;
    if (tell) { this.model.set("selected", this.nameOf(thing)); this.report(); }
    this.facts.hidden = thing < 0;
    if (thing >= 0) this.showFacts();
    this.paint();
  }

  chooseByName(name) { this.choose(name ? this.story.names.findIndex((_, i) => this.nameOf(i) === name) : -1, false); }

  focusOn(order) {
    this.owner = this.owner === order ? -1 : order;
    for (const [other, { chip }] of this.chips) chip.setAttribute("aria-pressed", String(other === this.owner));
    this.paint();
  }

  under(event) {
    const box = this.canvas.getBoundingClientRect();
    return this.painter ? this.painter.thingAt(event.clientX - box.left, event.clientY - box.top) : -1;
  }

  point(event) {
    const thing = this.under(event);
    this.hovered(thing);
    if (thing < 0) return;
    const box = this.canvas.getBoundingClientRect(), x = event.clientX - box.left;
    this.tip.style.transform = `translate(${Math.round(clamp(x + 12, 4, box.width - 240))}px, ${Math.round(event.clientY - box.top + 16)}px)`;
  }

  hovered(thing) {
    if (thing !== this.hover) { this.hover = thing; if (!this.player.playing) this.paint(); }
    this.tip.classList.toggle("ph-on", thing >= 0);
    if (thing >= 0) this.tip.textContent = `${this.story.names[thing]} · ${this.stateWords(thing)}`;
  }

  key(event) {
    const { player } = this, steps = { ArrowRight: 1, ArrowLeft: -1 }[event.key], turn = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (steps) player.step(steps);
    else if (turn) this.chooseNext(turn);
    else if (event.key === " ") { if (player.playing) player.pause(); else player.play(); }
    else if (event.key === "Home") { player.pause(); player.go(0, "step"); }
    else if (event.key === "End") { player.pause(); player.go(this.story.length, "step"); }
    else if (event.key === "Escape" && this.selected >= 0) this.choose(-1);
    else return;
    event.preventDefault(); event.stopPropagation();
  }

  chooseNext(turn) {
    const { story, painter, stage } = this;
    const seen = [...stage.ships.filter((ship) => ship.seen).map((ship) => ship.node), ...Array.from(painter.pi.subarray(0, painter.count))];
    if (!seen.length) return;
    const home = (thing) => (story.kinds[thing] === "Node" ? thing : (painter.current[thing] >= 0 ? story.b[painter.current[thing]] : -1));
    seen.sort((x, y) => home(x) - home(y) || (story.kinds[x] === "Node" ? -1 : story.kinds[y] === "Node" ? 1 : x - y));
    const at = seen.indexOf(this.selected);
    this.choose(seen[at < 0 ? (turn > 0 ? 0 : seen.length - 1) : (at + turn + seen.length) % seen.length]);
  }

  command({ action, time, revision, thing, speed }) {
    const { player, story } = this;
    this.driven = true;
    if (speed) { player.speed = speed; this.speed.value = String(speed); }
    if (thing !== undefined) this.chooseByName(thing);
    if (action === "play") { if (time !== undefined) player.go(story.placeOf(time)); player.play(); }
    else if (action === "pause") player.pause();
    else if (action === "go") { player.pause(); player.go(revision ? story.placeWith(revision) : story.placeOf(time), "step"); }
    else if (action === "play_to") {
      const end = story.placeOf(time);
      if (player.place >= end) player.go(0);
      if (this.stillQuery.matches) player.go(end, "step"); else player.play(end);
    }
  }
}
