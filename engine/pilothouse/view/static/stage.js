// Where things stand: ships in the sea, pods on their decks and on the quay.

class Stage {
  constructor(story) { this.story = story; this.units = 0; this.slots(1, 1); }

  // Give each pod a place: on the quay while no node has it, then on a deck, whose area is what the node can give.
  // A pod takes its larger share of cpu and memory, and keeps its place while it stands there.
  slots(aspect, quayAspect) {
    const { story } = this;
    for (let units = 16; ; units *= 2) {
      if (this.tryUnits(units, aspect, units > 4000)) break;
    }
    this.quayAspect = quayAspect;
    this.placed = story.rows;
  }

  tryUnits(units, aspect, anyhow) {
    const { story } = this, { rows, thing, a, b, before } = story;
    const lines = Math.max(1, Math.round(Math.sqrt((1.45 * units) / aspect))), columns = Math.ceil(units / lines);
    const size = lines * columns;
    const decks = new Map(story.nodes.map((node) => [node, new Uint8Array(size)]));
    const free = new Map();
    const quay = [];
    const slot = new Int32Array(rows).fill(-1), wide = new Uint16Array(rows), high = new Uint16Array(rows), moved = new Int32Array(rows).fill(-1);
    let quaySize = 1, quayFrom = 0, together = -1, berths = [];
    const take = (grid, at, w, h, value) => {
      for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) grid[at + y * columns + x] = value;
    };
    for (let row = 0; row < rows; row++) {
      const pod = thing[row];
      if (story.kinds[pod] !== "Pod") continue;
      const old = before[row], from = old < 0 ? -1 : moved[old];
      const there = old >= 0 && a[old] !== GONE;
      if (there && a[row] !== GONE && b[old] === b[row]) { moved[row] = from; continue; }
      if (there && from >= 0) { // leave the old place
        if (b[from] < 0) { quay[slot[from]] = 0; quayFrom = Math.min(quayFrom, slot[from]); }
        else if (decks.has(b[from])) { take(decks.get(b[from]), slot[from], wide[from], high[from], 0); free.set(b[from], 0); }
      }
      if (a[row] === GONE) { moved[row] = from; continue; }
      moved[row] = row;
      wide[row] = high[row] = 1;
      if (b[row] < 0 || !decks.has(b[row])) { // of those that come together, the first lies on top: the crane takes it first
        if (story.beatOf[row] !== together) { together = story.beatOf[row]; berths = this.berths(together, quay, quayFrom); }
        slot[row] = berths.pop();
        quay[slot[row]] = 1;
        quaySize = Math.max(quaySize, slot[row] + 1);
        continue;
      }
      const node = b[row], grid = decks.get(node);
      const share = Math.max(story.cpu[pod] / Math.max(story.cpu[node], 1), story.memory[pod] / Math.max(story.memory[node], 1));
      const wish = clamp(Math.round(share * size), units <= 32 ? 2 : 1, size); // room for a name, while there is room
      const w = Math.min(wish, columns), h = Math.max(1, Math.min(lines, Math.floor(wish / columns) || 1));
      let found = -1;
      const begin = w === 1 && h === 1 ? free.get(node) || 0 : 0;
      for (let at = begin; at < size && found < 0; at++) {
        if (grid[at] || (at % columns) + w > columns || Math.floor(at / columns) + h > lines) continue;
        let fits = true;
        for (let y = 0; y < h && fits; y++) for (let x = 0; x < w; x++) if (grid[at + y * columns + x]) { fits = false; break; }
        if (fits) found = at;
      }
      if (found < 0) {
        if (!anyhow) return false;
        found = row % Math.max(1, size - w); // more than the deck can show: they lie over one another
        take(grid, found, Math.min(w, columns - (found % columns)), 1, 1);
        slot[row] = found; wide[row] = Math.min(w, columns - (found % columns)); high[row] = 1;
        continue;
      }
      if (w === 1 && h === 1) free.set(node, found);
      take(grid, found, w, h, 1);
      slot[row] = found; wide[row] = w; high[row] = h;
    }
    Object.assign(this, { units: size, columns, lines, slot, wide, high, moved, quaySize, aspect });
    return true;
  }

  // Free places on the quay for all pods that come to it in one beat, the lowest first.
  berths(beat, quay, from) {
    const { first, thing, kinds, a, b, before } = this.story, free = [];
    const comes = (row) => kinds[thing[row]] === "Pod" && a[row] !== GONE && b[row] < 0 && (before[row] < 0 || a[before[row]] === GONE || b[before[row]] >= 0);
    let count = 0;
    for (let row = first[beat]; row < this.story.endOf(beat); row++) if (comes(row)) count++;
    for (let at = from; free.length < Math.max(count, 1); at++) if (!quay[at]) free.push(at);
    return free;
  }

  // Everything in CSS pixels for a canvas of this size.
  fit(width, height) {
    const { story } = this, nodes = story.nodes, n = Math.max(1, nodes.length);
    this.width = width; this.height = height;
    const top = 52, bottom = 10, pier = 58, left = clamp(width * 0.18, 92, 220);
    this.quay = { x: 12, y: top + 12, w: left - 34, h: height - top - 12 - pier };
    const sea = { x: left, y: top, w: width - left - 8, h: height - top - bottom };
    this.sea = sea; this.top = top;
    let best = null;
    for (let columns = 1; columns <= n; columns++) {
      const lines = Math.ceil(n / columns), w = sea.w / columns, h = sea.h / lines;
      const scale = Math.min(w / 1.75, h) * (1 - 0.02 * (columns * lines - n));
      if (!best || scale > best.scale + 0.01) best = { columns, lines, w, h, scale };
    }
    this.cell = best;
    const level = best.w >= 118 && best.h >= 84 ? 2 : best.w >= 44 && best.h >= 26 ? 1 : 0;
    this.level = level;
    const shipW = Math.min(best.w - (level === 2 ? 18 : level ? 6 : 2), level === 2 ? best.h * 2.5 : 1e9);
    const shipH = Math.min(best.h - (level === 2 ? 12 : level ? 5 : 2), level === 2 ? shipW * 0.94 : 1e9);
    this.ships = nodes.map((node, i) => {
      const column = i % best.columns, line = Math.floor(i / best.columns);
      const x = sea.x + column * best.w + (best.w - shipW) / 2, bottomY = sea.y + (line + 1) * best.h - (level === 2 ? 6 : 1);
      const y = bottomY - shipH;
      if (level === 2) {
        const hull = clamp(shipH * 0.26, 40, 62), house = clamp(shipW * 0.12, 22, 46);
        const deck = { x: x + house + 16, y: y + 12, w: shipW - house - 16 - clamp(shipW * 0.11, 18, 44), h: shipH - hull - 14 };
        return { node, x, y, w: shipW, h: shipH, hull, house, deck, water: bottomY - hull * 0.26 };
      }
      const hull = level ? clamp(shipH * 0.22, 5, 14) : 2;
      return { node, x, y, w: shipW, h: shipH, hull, house: 0, deck: { x: x + (level ? 3 : 0), y: y + 1, w: shipW - (level ? 6 : 0), h: shipH - hull - 2 }, water: bottomY - 1 };
    });
    this.shipOf = new Map(this.ships.map((ship) => [ship.node, ship]));
    const deck = this.ships.length ? this.ships[0].deck : { w: 2, h: 1 };
    const aspect = Math.round((deck.w / deck.h) * 4) / 4 || 0.25;
    if (aspect !== this.aspect || this.placed !== story.rows) this.slots(aspect, 1);
    this.cellW = deck.w / this.columns; this.cellH = deck.h / this.lines;
    this.heat = Math.min(this.cellW, this.cellH) < 1.7;
    this.fitQuay();
    this.place();
  }

  fitQuay() {
    const { quay, quaySize } = this;
    const wantW = clamp(this.cellW * 2, 3, 84), wantH = clamp(this.cellH, 2, 26);
    let w = wantW, h = wantH;
    for (let i = 0; i < 60; i++) {
      const columns = Math.max(1, Math.floor(quay.w / w)), lines = Math.max(1, Math.floor(quay.h / h));
      if (columns * lines >= quaySize) break;
      w *= 0.93; h *= 0.93;
    }
    const columns = Math.max(1, Math.floor(quay.w / w));
    this.quayGrid = { w, h, columns };
  }

  // The rectangle of every place that a pod ever takes.
  place() {
    const { story, slot, wide, high, columns, cellW, cellH, quay, quayGrid, moved } = this, rows = story.rows;
    const rx = new Float32Array(rows), ry = new Float32Array(rows), rw = new Float32Array(rows), rh = new Float32Array(rows);
    const gap = cellH > 12 ? 2 : cellH > 5 ? 1 : 0.4, qgap = quayGrid.h > 12 ? 3 : quayGrid.h > 5 ? 1 : 0.4;
    for (let row = 0; row < rows; row++) {
      if (moved[row] !== row) continue;
      const ship = this.shipOf.get(story.b[row]);
      if (ship) {
        const column = slot[row] % columns, line = Math.floor(slot[row] / columns), { deck } = ship;
        rx[row] = deck.x + column * cellW + gap / 2; rw[row] = wide[row] * cellW - gap;
        rh[row] = high[row] * cellH - gap; ry[row] = deck.y + deck.h - line * cellH - rh[row] - gap / 2;
      } else {
        const column = slot[row] % quayGrid.columns, line = Math.floor(slot[row] / quayGrid.columns);
        rx[row] = quay.x + column * quayGrid.w + qgap / 2; rw[row] = quayGrid.w - qgap;
        rh[row] = quayGrid.h - qgap; ry[row] = quay.y + quay.h - (line + 1) * quayGrid.h + qgap / 2;
      }
    }
    Object.assign(this, { rx, ry, rw, rh });
  }
}
