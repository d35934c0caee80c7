// The quay and the ships: pods wait on the one and stand on the others.

class Sea extends Pen {
  drawQuay() {
    const { ctx, stage, theme } = this, { quay, sea, height } = stage, edge = sea.x - 6, floor = quay.y + quay.h + 3;
    ctx.fillStyle = theme.pier;
    ctx.beginPath(); ctx.moveTo(0, floor); ctx.lineTo(edge, floor); ctx.lineTo(edge - 5, height); ctx.lineTo(0, height); ctx.fill();
    ctx.fillStyle = theme.pierEdge;
    ctx.fillRect(0, floor, edge, 3);
    for (let x = edge - 16; x > 0; x -= 26) ctx.fillRect(x, floor + 3, 1, height - floor);
    const mast = edge - 30, high = Math.max(quay.y + 6, floor - 200), boom = high + 22; // the crane that loads them
    ctx.strokeStyle = theme.faint; ctx.lineWidth = 1.6; ctx.globalAlpha = 0.75; ctx.lineJoin = "round";
    ctx.beginPath();
    ctx.moveTo(mast - 22, floor); ctx.lineTo(mast - 13, boom); ctx.lineTo(mast, high); ctx.lineTo(mast, floor);
    ctx.moveTo(mast - 20, floor - 46); ctx.lineTo(mast, floor - 46); ctx.moveTo(mast - 20, floor - 46); ctx.lineTo(mast, boom);
    ctx.moveTo(mast - 40, boom); ctx.lineTo(mast + 40, boom); ctx.moveTo(mast - 40, boom - 4); ctx.lineTo(mast + 40, boom - 4);
    ctx.moveTo(mast - 40, boom - 4); ctx.lineTo(mast, high); ctx.lineTo(mast + 38, boom - 4);
    ctx.moveTo(mast + 28, boom); ctx.lineTo(mast + 28, boom + 16); ctx.moveTo(mast + 22, boom + 16); ctx.lineTo(mast + 34, boom + 16);
    ctx.stroke();
    ctx.globalAlpha = 1;
    const room = edge - 20, words = this.waiting === 0 ? (room > 90 ? "nothing waits" : "empty") : room > 120 ? `${this.waiting} waiting for a node` : `${this.waiting} waiting`;
    this.text("Quay", 12, floor + 20, 12, theme.pierText, "left", 600);
    this.text(words, 12, floor + 37, 11, theme.pierText, "left", 400, room);
  }


  nodeState(node) { const row = this.current[node]; return row < 0 ? 0 : this.story.a[row]; }

  // 0 upright and lit ... 1 listing and dark, as a node is lost and found again.
  lostness(node, place) {
    const { story, current } = this, row = current[node];
    if (row < 0) return 0;
    const now = (story.a[row] & 3) === NODE_LOST ? 1 : 0, old = story.before[row];
    const was = old < 0 ? now : (story.a[old] & 3) === NODE_LOST ? 1 : 0;
    return this.still || this.settled || was === now ? now : was + (now - was) * ease((place - story.at[row]) / (story.move * 1.6));
  }

  tilt(ship, lost) {
    const { ctx } = this, x = ship.x + ship.w * 0.5, y = ship.water;
    ctx.translate(x, y + lost * ship.hull * 0.13);
    ctx.rotate((-4.2 * lost * Math.PI) / 180);
    ctx.translate(-x, -y);
  }

  drawShips(place) {
    const { ctx, stage, story } = this;
    for (const ship of stage.ships) {
      const state = this.nodeState(ship.node), row = this.current[ship.node];
      ship.seen = row >= 0 && (state & 3) !== 0;
      if (!ship.seen) continue;
      ship.state = state;
      ship.lost = this.lostness(ship.node, place);
      const arrive = story.before[row] < 0 && !this.still && !this.settled ? settle((place - story.at[row]) / (story.move * 1.5)) : 1;
      ship.bob = stage.level === 2 && !this.still ? Math.sin(this.swell * 0.9 + ship.x * 0.05 + ship.y) * 0.8 : 0;
      ctx.save();
      if (arrive < 1) { ctx.globalAlpha = arrive; ctx.translate((1 - arrive) * 60, 0); }
      if (stage.level === 2) {
        ctx.translate(0, ship.bob);
        if (ship.lost) this.tilt(ship, ship.lost);
        this.drawShip(ship, place);
      } else this.drawBarge(ship);
      ctx.restore();
    }
  }

  drawShip(ship, place) {
    const { ctx, theme, story } = this, { x, y, w, h, hull, house, deck } = ship;
    const bottom = y + h, top = bottom - hull, dim = (ship.state & 3) !== NODE_READY;
    const bow = x + w, stern = x + 3;
    const outline = new Path2D();
    outline.moveTo(stern, top - 5); outline.lineTo(x + house + 12, top - 5); outline.lineTo(x + house + 17, top);
    outline.lineTo(bow - 40, top); outline.quadraticCurveTo(bow - 14, top - 1, bow, top - 13);
    outline.quadraticCurveTo(bow - 9, top + hull * 0.5, bow - 26, bottom); outline.lineTo(x + 16, bottom);
    outline.quadraticCurveTo(x + 3, bottom - 2, stern, top - 5); outline.closePath();
    // cell guides: where containers may stand
    ctx.strokeStyle = theme.guide; ctx.lineWidth = 1;
    ctx.beginPath();
    const { cellW, cellH, columns, lines } = this.stage, step = Math.max(1, Math.ceil(20 / cellW));
    for (let i = 0; i <= columns; i += step) { const gx = Math.round(deck.x + i * cellW) + 0.5; ctx.moveTo(gx, deck.y); ctx.lineTo(gx, deck.y + deck.h); }
    if (cellH > 9) for (let i = 1; i < lines; i++) { const gy = Math.round(deck.y + deck.h - i * cellH) + 0.5; ctx.moveTo(deck.x, gy); ctx.lineTo(deck.x + deck.w, gy); }
    ctx.stroke();
    // the house at the stern, with its lamp
    const hx = x + 8, hy = Math.max(deck.y + Math.max(4, deck.h * 0.12), top - 5 - house * 3.1), hh = top - 5 - hy;
    ctx.fillStyle = theme.house; ctx.strokeStyle = theme.edge; ctx.lineWidth = 1;
    ctx.beginPath(); ctx.rect(hx + 2, hy + 12, house - 4, hh - 12); ctx.fill(); ctx.stroke();
    ctx.beginPath(); ctx.rect(hx - 2, hy, house + 4, 13); ctx.fill(); ctx.stroke();
    ctx.fillStyle = dim ? theme.faint : theme.glass;
    ctx.fillRect(hx + 1, hy + 3.5, house - 2, 5.5);
    for (let wy = hy + 19; wy < top - 14; wy += 11) for (let wx = hx + 6; wx < hx + house - 7; wx += 8) ctx.fillRect(wx, wy, 4, 4);
    ctx.strokeStyle = theme.edge; ctx.lineWidth = 1.5;
    ctx.beginPath(); ctx.moveTo(hx + house / 2, hy); ctx.lineTo(hx + house / 2, hy - 9); ctx.stroke();
    ship.lampX = hx + house / 2; ship.lampY = hy - 11;
    ctx.fillStyle = dim ? theme.hullDim : theme.hull;
    ctx.fill(outline);
    ctx.save(); ctx.clip(outline);
    ctx.fillStyle = dim ? theme.bootDim : theme.boot;
    ctx.fillRect(x, bottom - hull * 0.28, w, hull);
    if (dim) { // hatched: not by colour alone
      ctx.strokeStyle = theme.onHullSoft; ctx.globalAlpha *= 0.25; ctx.lineWidth = 1; ctx.beginPath();
      for (let sx = x - hull; sx < bow; sx += 9) { ctx.moveTo(sx, bottom); ctx.lineTo(sx + hull, top - 12); }
      ctx.stroke();
    }
    ctx.restore();
    this.drawHullText(ship, top, hull);
    if (ship.state & CORDONED) {
      ctx.strokeStyle = theme.boot; ctx.lineWidth = 2; ctx.setLineDash([6, 4]); ctx.beginPath();
      ctx.moveTo(deck.x - 2, deck.y + 1); ctx.lineTo(deck.x + deck.w + 2, deck.y + 1); ctx.stroke(); ctx.setLineDash([]);
    }
    this.lamp(ship.lampX, ship.lampY, 3.6, dim ? 0 : 0.55, this.flare(ship.node, place), dim);
  }

  drawHullText(ship, top, hull) {
    const { theme, story } = this, { x, w } = ship, carried = this.load.get(ship.node), first = top + hull * 0.24, second = top + hull * 0.53;
    const words = (ship.state & 3) === NODE_LOST ? "not ready" : (ship.state & 3) === NODE_SILENT ? "silent" : ship.state & CORDONED ? "closed" : "";
    const note = words || `${carried.pods} pod${carried.pods === 1 ? "" : "s"}`, left = x + 17, right = x + w - 28;
    const size = clamp(hull * 0.23, 11, 13.5), narrow = right - left < 140;
    this.text(note, narrow ? left : right, narrow ? second : first, 11, words ? theme.onHull : theme.onHullSoft, narrow ? "left" : "right", words ? 700 : 400);
    this.text(story.names[ship.node], left, first, size, theme.onHull, "left", 600, right - left + (narrow ? 8 : words ? -62 : -46));
    if (narrow) return;
    const half = (right - left) / 2, wide = half - 8;
    this.gauge("cpu", left, second, wide, carried.cpu, story.cpu[ship.node], cores, hull);
    this.gauge("mem", left + half + 4, second, wide, carried.memory, story.memory[ship.node], memories, hull);
  }

  gauge(name, x, y, w, used, all, words, hull) {
    const { ctx, theme } = this, roomy = hull >= 46, line = roomy ? y + 7 : y;
    if (roomy) this.text(`${name} ${words(used, all)}`, x, y - 1, 9.5, theme.onHullSoft, "left", 400, w + 4);
    ctx.fillStyle = theme.track; ctx.fillRect(x, line - 1.5, w, 3.5);
    ctx.fillStyle = theme.onHull; ctx.fillRect(x, line - 1.5, w * clamp(used / Math.max(all, 1), 0, 1), 3.5);
  }

  // A ship drawn small.
  drawBarge(ship) {
    const { ctx, theme, stage, story } = this, { x, y, w, h, hull, deck } = ship, bottom = y + h, top = bottom - hull, dim = (ship.state & 3) !== NODE_READY;
    ctx.fillStyle = theme.guide;
    ctx.fillRect(deck.x, deck.y, deck.w, deck.h);
    ctx.fillStyle = dim ? theme.hullDim : theme.hull;
    if (stage.level) { ctx.beginPath(); ctx.moveTo(x, top); ctx.lineTo(x + w, top); ctx.lineTo(x + w - hull * 0.9, bottom); ctx.lineTo(x + hull * 0.5, bottom); ctx.fill(); }
    else ctx.fillRect(x, top, w, hull);
    if (stage.level && hull >= 9 && w > 60) this.text(story.names[ship.node], x + hull * 0.5 + 4, top + hull / 2 + 0.5, Math.min(10, hull - 1), theme.onHull, "left", 500, w - hull * 1.4 - 8);
    if (dim) {
      ctx.strokeStyle = theme.text; ctx.lineWidth = 1; ctx.globalAlpha = 0.5;
      ctx.beginPath(); ctx.moveTo(x, y + 1); ctx.lineTo(x + w, top); ctx.moveTo(x + w, y + 1); ctx.lineTo(x, top); ctx.stroke();
      ctx.globalAlpha = 1;
    }
  }

  drawWater() {
    const { ctx, stage, theme } = this, { sea, cell, ships, height } = stage;
    if (!ships.length || stage.level === 0) return;
    const first = ships[0], fall = stage.level === 2 ? first.hull * 0.26 : 1, swell = stage.level === 2 ? 1.6 : 0.6;
    for (let line = 0; line < cell.lines; line++) {
      const ship = ships[line * cell.columns], y = ship.y + ship.h - fall, last = line === cell.lines - 1;
      const deep = last ? height - y : fall + (stage.level === 2 ? 7 : 1.5);
      ctx.beginPath();
      ctx.moveTo(sea.x - 9, y);
      for (let x = sea.x - 9; x <= stage.width; x += 6) ctx.lineTo(x, y + Math.sin(x * 0.045 + this.swell * 1.5 + line * 2) * swell);
      ctx.lineTo(stage.width, y + deep); ctx.lineTo(sea.x - 9, y + deep); ctx.closePath();
      const fill = ctx.createLinearGradient(0, y, 0, y + deep);
      fill.addColorStop(0, theme.sea); fill.addColorStop(1, last ? theme.deep : "rgba(120,168,186,0)");
      ctx.fillStyle = fill; ctx.fill();
      ctx.strokeStyle = theme.wave; ctx.lineWidth = 1; ctx.beginPath();
      for (let x = sea.x - 9; x <= stage.width; x += 6) ctx[x === sea.x - 9 ? "moveTo" : "lineTo"](x, y + Math.sin(x * 0.045 + this.swell * 1.5 + line * 2) * swell);
      ctx.stroke();
    }
  }

  // ---- the containers, which are pods
}
