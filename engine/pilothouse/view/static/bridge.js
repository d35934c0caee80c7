// The control plane as lamps, with beams from who acts to what changes.

class Bridge extends Cargo {
  flare(actorOrNode, place) { // 1 when it has just acted, 0 when that is long ago
    const at = this.acted.get(actorOrNode);
    return at === undefined || this.still ? 0 : clamp(1 - (place - at) / FLARE, 0, 1);
  }

  lamp(x, y, r, glow, flare, off) {
    const { ctx, theme } = this, lit = Math.max(glow, flare);
    if (flare > 0) {
      const halo = ctx.createRadialGradient(x, y, 0, x, y, r * 5.5);
      halo.addColorStop(0, theme.glow); halo.addColorStop(1, "rgba(255,180,40,0)");
      ctx.globalAlpha = flare * 0.6; ctx.fillStyle = halo; ctx.beginPath(); ctx.arc(x, y, r * 5.5, 0, 7); ctx.fill(); ctx.globalAlpha = 1;
    }
    ctx.fillStyle = lit > 0.05 ? theme.glow : theme.lamp; ctx.globalAlpha = lit > 0.05 ? 0.45 + 0.55 * lit : 1;
    ctx.beginPath(); ctx.arc(x, y, r * (1 + flare * 0.35), 0, 7); ctx.fill(); ctx.globalAlpha = 1;
    if (off) { ctx.strokeStyle = theme.boot; ctx.lineWidth = 2; ctx.beginPath(); ctx.moveTo(x - 4, y - 4); ctx.lineTo(x + 4, y + 4); ctx.moveTo(x + 4, y - 4); ctx.lineTo(x - 4, y + 4); ctx.stroke(); }
  }

  // Who acted when, around a place; kubelets act on their ships.
  recent(place) {
    const { story } = this, acted = (this.acted = new Map());
    for (let beat = story.beatAt(place); beat >= 0 && story.start[beat] > place - FLARE; beat--)
      for (let row = story.first[beat]; row < story.endOf(beat); row++) {
        if (!story.word[row] || story.at[row] > place) continue;
        const key = this.lampOf(story.actor[row]);
        if (!acted.has(key)) acted.set(key, story.at[row]);
        if (!acted.has("api")) acted.set("api", story.at[row]);
        if (row - story.first[beat] > 400) break;
      }
  }

  lampOf(actor) {
    const [name, words] = this.story.actors[actor];
    if (name.startsWith("kubelet/") || name.startsWith("system:node:")) {
      if (this.nodeIndexFor !== this.story.names.length) {
        this.nodeIndexFor = this.story.names.length;
        this.nodeIndex = new Map(this.story.nodes.map((node) => [this.story.names[node], node]));
      }
      return this.nodeIndex.get(name.slice(name.startsWith("kubelet/") ? 8 : 12)) ?? words;
    }
    return words;
  }

  drawBridge(place) {
    const { ctx, stage, theme, story } = this, { width } = stage, y = 26;
    if (this.crewFor !== story.rows) {
      this.crewFor = story.rows;
      const fixed = ["you", "the scheduler"], seen = new Set();
      for (let row = 0; row < story.rows; row++) if (story.word[row]) { const key = this.lampOf(story.actor[row]); if (typeof key === "string" && key && key !== "the kubelet") seen.add(key); }
      this.crew = [fixed[0], "api", fixed[1], ...[...seen].filter((name) => !fixed.includes(name))].slice(0, 9);
    }
    const names = this.crew.map((name) => (name === "api" ? "API server" : name.replace(/^the /, "").replace(/^./, (c) => c.toUpperCase())));
    ctx.font = `600 11px ${this.font}`;
    const widths = names.map((name) => Math.min(ctx.measureText(name).width, 150) + 18), gap = 20;
    let fit = names.length;
    const total = (n) => widths.slice(0, n).reduce((sum, w) => sum + w + gap, 0);
    while (fit > 3 && total(fit) > width - 28) fit--;
    let x = 20;
    ctx.strokeStyle = theme.faint; ctx.globalAlpha = 0.5; ctx.lineWidth = 1;
    ctx.beginPath(); ctx.moveTo(20, y); ctx.lineTo(20 + total(fit) - widths[fit - 1] - gap, y); ctx.stroke(); ctx.globalAlpha = 1;
    this.lamps.clear();
    for (let i = 0; i < fit; i++) {
      const name = this.crew[i], flare = this.flare(name, place), server = name === "api";
      const w = widths[i] - 18 + 4;
      ctx.fillStyle = theme.sky[0]; ctx.fillRect(x + 7, y - 8, w + 6, 16);
      if (server) { ctx.strokeStyle = flare > 0 ? theme.glow : theme.soft; ctx.lineWidth = 1.2; ctx.beginPath(); ctx.roundRect(x - 8, y - 11, w + 24, 22, 6); ctx.fill(); ctx.stroke(); }
      this.lamp(x, y, 4, 0, flare, false);
      this.text(names[i], x + 10, y + 0.5, 11, flare > 0.05 ? theme.text : theme.soft, "left", server ? 600 : 500, 150);
      this.lamps.set(name, [x, y]);
      x += widths[i] + gap;
    }
  }

  // From who acts to what changes: cause and effect in one look.
  drawBeams(place) {
    const { ctx, story, stage, theme } = this, beat = story.beatAt(place);
    if (this.still || beat < 0) return;
    const age = (place - story.start[beat]) / FLARE;
    if (age > 1) return;
    const spots = this.spots(), rows = [];
    for (let row = story.first[beat]; row < story.endOf(beat) && rows.length < 12; row++) if (story.word[row] && story.at[row] <= place) rows.push(row);
    ctx.strokeStyle = theme.beam; ctx.lineWidth = 1.2; ctx.setLineDash([2, 4]); ctx.lineDashOffset = -place * 30;
    ctx.globalAlpha = 0.75 * (1 - age);
    ctx.beginPath();
    for (const row of rows) {
      const from = this.lamps.get(this.lampOf(story.actor[row])), to = spots(story.thing[row]);
      if (!from || !to) continue;
      ctx.moveTo(from[0], from[1] + 6); ctx.bezierCurveTo(from[0], from[1] + 60, to[0], to[1] - 70, to[0], to[1]);
    }
    ctx.stroke(); ctx.setLineDash([]); ctx.globalAlpha = 1;
  }

  spots() {
    const { stage, count, pi, px, py, pw } = this;
    return (thing) => {
      const ship = stage.shipOf.get(thing);
      if (ship && ship.seen) return [ship.x + ship.w / 2, ship.y + 8];
      for (let i = 0; i < count; i++) if (pi[i] === thing) return [px[i] + pw[i] / 2, py[i]];
      return null;
    };
  }
}
