// The containers, which are pods: one by one, batched by state when small, as heat when tiny.

class Cargo extends Sea {
  colour(state) { return this.story.states[state][this.dark ? "dark" : "light"]; }

  drawPods(place) {
    const { ctx, stage, count, px, py, pw, ph, pa, ps, pi, pn } = this, focus = this.look.owner;
    const large = stage.cellH >= 13 && stage.cellW >= 13 && count <= 500;
    if (!large) return this.drawSmallPods();
    for (let i = 0; i < count; i++) {
      const ship = stage.shipOf.get(pn[i]), faded = focus >= 0 && this.story.root(pi[i]) !== focus;
      ctx.save();
      ctx.globalAlpha = pa[i] * (faded ? 0.22 : 1);
      if (ship && ship.seen && stage.level === 2) { ctx.translate(0, ship.bob); if (ship.lost) this.tilt(ship, ship.lost); }
      this.container(pi[i], ps[i], px[i], py[i], pw[i], ph[i], place);
      ctx.restore();
    }
    return undefined;
  }

  container(pod, state, x, y, w, h, place) {
    const { ctx, theme, story } = this, look = story.states[state], colour = this.colour(state), row = this.current[pod];
    const body = new Path2D();
    body.roundRect(x, y, w, h, 2.5);
    ctx.lineWidth = 1.25; ctx.strokeStyle = colour; ctx.fillStyle = colour;
    const alpha = ctx.globalAlpha;
    if (look.fill === "solid" || look.fill === "stripes") {
      ctx.fill(body);
    } else {
      ctx.fillStyle = theme.panel; ctx.globalAlpha = alpha * 0.92; ctx.fill(body);
      ctx.fillStyle = colour; ctx.globalAlpha = alpha * (look.fill === "none" ? 0.08 : 0.2); ctx.fill(body); ctx.globalAlpha = alpha;
    }
    ctx.save(); ctx.clip(body);
    const solid = look.fill === "solid" || look.fill === "stripes";
    ctx.strokeStyle = solid ? "rgba(0,0,0,.13)" : colour; ctx.lineWidth = 1; ctx.globalAlpha = alpha * (solid ? 1 : 0.16);
    ctx.beginPath(); // corrugated sides
    for (let cx = x + 4.5; cx < x + w - 2; cx += 5) { ctx.moveTo(cx, y + 3); ctx.lineTo(cx, y + h - 3); }
    ctx.stroke();
    ctx.globalAlpha = alpha;
    if (look.fill === "hatch" || look.fill === "stripes") {
      ctx.strokeStyle = look.fill === "stripes" ? theme.onFill : colour; ctx.globalAlpha = alpha * (look.fill === "stripes" ? 0.28 : 0.45);
      ctx.lineWidth = look.fill === "stripes" ? 4 : 1.5; ctx.beginPath();
      for (let cx = x - h; cx < x + w; cx += look.fill === "stripes" ? 13 : 7) { ctx.moveTo(cx, y + h); ctx.lineTo(cx + h, y); }
      ctx.stroke();
    }
    if (look.fill === "half") { ctx.fillStyle = colour; ctx.globalAlpha = alpha; ctx.fillRect(x, y + h * 0.66, w, h * 0.34); }
    ctx.globalAlpha = alpha * 0.28; ctx.fillStyle = solid ? "#FFFFFF" : colour; ctx.fillRect(x, y, w, 1.5);
    ctx.restore();
    ctx.globalAlpha = alpha; ctx.strokeStyle = colour; ctx.lineWidth = 1.25;
    if (look.fill === "none") ctx.setLineDash(state === LEAVING ? [2, 2.5] : [5, 3]);
    ctx.stroke(body); ctx.setLineDash([]);
    const since = (place - story.at[row]) / (FLARE * 0.7);
    if (!this.still && since >= 0 && since < 1 && state !== GONE) { // a glint when something has changed
      ctx.globalAlpha = alpha * (1 - since) * 0.9; ctx.strokeStyle = theme.glow; ctx.lineWidth = 2.5; ctx.stroke(body); ctx.globalAlpha = alpha;
    }
    if (look.mark && w > 24 && h > 11) this.mark(look, x, y, w, look.fill === "half" ? h * 0.68 : h, solid ? theme.onFill : theme.text, colour, solid);
    if (!this.unlabelled && h > 11) this.label(pod, look, x, y, w, look.fill === "half" ? h * 0.68 : h, solid ? theme.onFill : theme.text, colour, solid);
  }

  label(pod, look, x, y, w, h, ink, colour, solid) {
    const { ctx, story } = this, root = story.root(pod), bare = root === pod;
    const two = h >= 31, size = clamp(h * (two ? 0.3 : 0.5), 9, 13), middle = two ? y + h / 2 - size * 0.56 : y + h / 2 + 0.5;
    let left = x + 6;
    const sign = look.mark && w > 24 ? 17 : 0;
    if (w > 44) { this.glyph(root, left + size * 0.36, middle, size * 0.36, ink); left += size * 0.72 + 5; }
    const suffix = story.names[pod].split("-").pop(), version = this.version(pod);
    const name = bare ? story.names[pod] : story.names[root] + version;
    const room = x + w - left - 4 - sign;
    ctx.font = `600 ${size}px ${this.font}`;
    const fitting = clamp(size * room / Math.max(this.wide(name, ctx.font), 1), Math.min(size, 9), size); // rather small than cut
    this.text(name, left, middle, fitting, ink, "left", 600, room + 0.5);
    if (two) this.text(bare ? story.kinds[pod].toLowerCase() : suffix, left, y + h / 2 + size * 0.7, size * 0.86, ink, "left", 400, x + w - left - 4 - sign);
  }

  mark(look, x, y, w, h, ink, colour, solid) {
    const { ctx } = this, r = clamp(h * 0.3, 5, 7.5);
    ctx.fillStyle = solid ? ink : colour; ctx.beginPath(); ctx.arc(x + w - r - 4, y + h / 2, r, 0, 7); ctx.fill();
    this.text(look.mark, x + w - r - 4, y + h / 2 + 0.5, r * 1.4, solid ? colour : this.theme.onFill, "center", 700);
  }

  // Which version of its Deployment a pod belongs to, as soon as there is a second one.
  version(pod) {
    const { story } = this, set = story.owner[pod], second = set >= 0 ? story.second.get(story.owner[set]) : undefined;
    return second !== undefined && this.current[second] >= 0 ? ` v${story.generation[set]}` : "";
  }

  glyph(root, x, y, r, colour) {
    const { ctx, story } = this, order = story.orders.indexOf(root);
    ctx.save(); ctx.translate(x, y); ctx.fillStyle = colour; ctx.beginPath();
    GLYPHS[(order < 0 ? GLYPHS.length - 1 : order) % GLYPHS.length](ctx, r);
    ctx.fill(); ctx.restore();
  }

  // Thousands of containers: one path for each state, so that the canvas is asked a dozen times and not ten thousand.
  drawSmallPods() {
    const { ctx, stage, count, px, py, pw, ph, pa, ps, pi, pn, story } = this, focus = this.look.owner, states = story.states.length;
    const bins = new Array(states * 2), marks = stage.cellH >= 5 && stage.cellW >= 5;
    for (let i = 0; i < states * 2; i++) bins[i] = [];
    for (let i = 0; i < count; i++) bins[ps[i] + (pa[i] < 0.6 || (focus >= 0 && story.root(pi[i]) !== focus) ? states : 0)].push(i);
    for (let key = 0; key < bins.length; key++) {
      const bin = bins[key], state = key % states;
      if (!bin.length) continue;
      const { fill } = story.states[state], hollow = fill === "none";
      ctx.globalAlpha = key >= states ? 0.3 : 1;
      ctx.fillStyle = ctx.strokeStyle = this.colour(state);
      ctx.beginPath();
      if (hollow && marks) { for (const i of bin) ctx.rect(px[i] + 0.5, py[i] + 0.5, pw[i] - 1, ph[i] - 1); ctx.lineWidth = 1; ctx.stroke(); continue; }
      if (fill === "half" && marks) {
        for (const i of bin) ctx.rect(px[i], py[i] + ph[i] * 0.5, pw[i], ph[i] * 0.5);
        ctx.fill(); ctx.globalAlpha *= 0.35; ctx.beginPath();
        for (const i of bin) ctx.rect(px[i], py[i], pw[i], ph[i] * 0.5);
        ctx.fill(); continue;
      }
      for (const i of bin) ctx.rect(px[i], py[i], pw[i], ph[i]);
      if (fill === "hatch" && marks) ctx.globalAlpha *= 0.55;
      ctx.fill();
      if (fill === "stripes" && marks) {
        ctx.strokeStyle = this.theme.onFill; ctx.lineWidth = 1.4; ctx.beginPath();
        for (const i of bin) { ctx.moveTo(px[i] + 1, py[i] + 1); ctx.lineTo(px[i] + pw[i] - 1, py[i] + ph[i] - 1); ctx.moveTo(px[i] + pw[i] - 1, py[i] + 1); ctx.lineTo(px[i] + 1, py[i] + ph[i] - 1); }
        ctx.stroke();
      }
    }
    ctx.globalAlpha = 1;
  }

  // Too many to draw one by one: each deck is a bar for every state, as wide as the share that these pods take.
  drawHeat() {
    const { ctx, stage, story, count, ps, pn, pi, px, py, pw, ph } = this, states = story.states.length, shares = new Map();
    const loose = [];
    for (let i = 0; i < count; i++) {
      if (pn[i] < 0 || !stage.shipOf.has(pn[i])) { loose.push(i); continue; }
      let share = shares.get(pn[i]);
      if (!share) shares.set(pn[i], (share = new Float64Array(states)));
      const node = pn[i], pod = pi[i];
      share[ps[i]] += Math.max(story.cpu[pod] / Math.max(story.cpu[node], 1), story.memory[pod] / Math.max(story.memory[node], 1), 1 / stage.units);
    }
    const trouble = [];
    for (let state = 1; state < states; state++) {
      ctx.fillStyle = this.colour(state);
      ctx.beginPath();
      for (const ship of stage.ships) {
        const share = shares.get(ship.node);
        if (!share || !share[state]) continue;
        let from = 0, all = 0;
        for (let s = 1; s < states; s++) { if (s < state) from += share[s]; all += share[s]; }
        const scale = ship.deck.h / Math.max(1, all), tall = share[state] * scale;
        ctx.rect(ship.deck.x, ship.deck.y + ship.deck.h - from * scale - tall, ship.deck.w, tall);
        if (story.states[state].fill === "stripes") trouble.push([ship.deck.x, ship.deck.y + ship.deck.h - from * scale - tall, ship.deck.w, tall]);
      }
      ctx.fill();
      ctx.beginPath();
      for (const i of loose) if (ps[i] === state) ctx.rect(px[i], py[i], Math.max(pw[i], 1), Math.max(ph[i], 1));
      ctx.fill();
    }
    ctx.strokeStyle = this.theme.onFill; ctx.lineWidth = 1; // trouble is striped: not by colour alone
    ctx.beginPath();
    for (const [x, y, w, h] of trouble) for (let at = x + 3; at < x + w; at += 5) { ctx.moveTo(at, y + h); ctx.lineTo(Math.min(at + h, x + w), y); }
    ctx.stroke();
  }

  // One container for the legend, drawn as if it had long been so.
  sample(state, x, y, w, h) {
    const at = this.story.at, current = this.current;
    this.story.at = [-1e9]; this.current = { 0: 0 };
    this.unlabelled = true;
    this.ctx.globalAlpha = 1;
    this.container(0, state, x, y, w, h, 0);
    this.unlabelled = false;
    this.story.at = at; this.current = current;
  }
}
