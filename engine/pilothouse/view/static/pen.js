// What every drawing needs: a canvas, a moment of the story, and where each pod is then.

class Pen {
  constructor(canvas, story, stage) {
    this.canvas = canvas; this.ctx = canvas.getContext("2d"); this.story = story; this.stage = stage;
    this.theme = THEMES.light; this.font = "system-ui, sans-serif"; this.still = this.settled = false;
    this.current = new Int32Array(0); this.row = -1;
    this.clips = new Map(); this.lamps = new Map();
  }

  // The newest row of each thing at a row of the story.
  goto(row) {
    const { story } = this, count = story.names.length;
    if (this.current.length !== count || row < this.row) {
      this.current = new Int32Array(count).fill(-1);
      this.row = -1;
    }
    const { thing } = story;
    for (let i = this.row + 1; i <= row; i++) this.current[thing[i]] = i;
    this.row = row;
  }

  // Where every pod is at a place in the telling, into flat arrays; and what each node carries.
  pose(place) {
    const { story, stage, current } = this, done = this.still || this.settled, { pods, a, at, before, cpu, memory, b } = story, { moved, rx, ry, rw, rh } = stage;
    if (!this.px || this.px.length < pods.length) {
      for (const name of ["px", "py", "pw", "ph", "pa"]) this[name] = new Float32Array(pods.length);
      this.ps = new Uint8Array(pods.length); this.pi = new Int32Array(pods.length); this.pn = new Int32Array(pods.length);
    }
    const { px, py, pw, ph, pa, ps, pi, pn } = this, move = story.move, fade = Math.min(FADE, move);
    const load = (this.load = new Map());
    for (const ship of stage.ships) load.set(ship.node, { cpu: 0, memory: 0, pods: 0 });
    this.waiting = 0;
    let count = 0;
    for (let k = 0; k < pods.length; k++) {
      const pod = pods[k], row = current[pod];
      if (row < 0) continue;
      const state = a[row];
      let alpha = 1, lift = 0;
      if (state === GONE) {
        const gone = done ? 1 : (place - at[row]) / fade;
        if (gone >= 1) continue;
        alpha = 1 - gone; lift = -gone * 14;
      } else if (state !== DONE && state !== FAILED) {
        const carried = load.get(b[row]);
        if (carried) { carried.cpu += cpu[pod]; carried.memory += memory[pod]; carried.pods++; }
        else this.waiting++;
      }
      const to = moved[row];
      if (to < 0) continue;
      let x = rx[to], y = ry[to], w = rw[to], h = rh[to];
      const t = done ? 1 : (place - at[to]) / move;
      if (t < 1) {
        const from = before[to] < 0 ? -1 : moved[before[to]];
        if (from >= 0 && a[before[to]] !== GONE) {
          const e = ease(t), u = 1 - e, rise = Math.min(46, Math.hypot(rx[from] - x, ry[from] - y) * 0.16) * Math.sin(Math.PI * e);
          x = rx[from] * u + x * e; y = ry[from] * u + y * e - rise; w = rw[from] * u + w * e; h = rh[from] * u + h * e;
        } else { const e = settle(t); alpha *= e; y -= (1 - e) * 14; }
      }
      px[count] = x; py[count] = y + lift; pw[count] = w; ph[count] = h; pa[count] = alpha; ps[count] = state; pi[count] = pod;
      pn[count] = t >= 1 || state === GONE ? b[to] : -1;
      count++;
    }
    this.count = count;
  }

  text(text, x, y, size, colour, align = "left", weight = 400, limit = 0) {
    const { ctx } = this;
    ctx.font = `${weight} ${size}px ${this.font}`;
    ctx.textAlign = align; ctx.textBaseline = "middle"; ctx.fillStyle = colour;
    ctx.fillText(limit ? this.clip(text, limit, ctx.font) : text, x, y);
  }

  // How wide a text is in a font that is set.
  wide(text, font) {
    const key = `${font}||${text}`;
    let found = this.clips.get(key);
    if (found === undefined) {
      found = this.ctx.measureText(text.slice(0, 80)).width;
      if (this.clips.size > 5000) this.clips.clear();
      this.clips.set(key, found);
    }
    return found;
  }

  clip(text, limit, font) {
    const key = `${font}|${Math.round(limit)}|${text}`;
    let found = this.clips.get(key);
    if (found === undefined) {
      const { ctx } = this;
      found = text.length > 80 ? text.slice(0, 80) : text;
      if (ctx.measureText(found).width > limit) {
        while (found && ctx.measureText(found + "…").width > limit) found = found.slice(0, -1);
        found = found.length > 1 ? found + "…" : "";
      }
      if (this.clips.size > 5000) this.clips.clear();
      this.clips.set(key, found);
    }
    return found;
  }

  // ---- the quay, where pods wait for a node
}
