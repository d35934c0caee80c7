// The picture of a cluster: a recorded story, played in the browser.
//
// The kernel sends the story once, as compact columns (frames.py), and each later run only what it added. Everything
// shown is a function of the story and of one number, the place in it, so playing, stepping back and scrubbing are the
// same thing, and nothing is asked of the kernel meanwhile. Text reaches the page by textContent and fillText only.
//
// Read in this order: inflate, Story (what happened when), Stage (where things stand), Painter (how they look),
// Player (which moment), Panel (buttons and words), render.

const GONE = 0, WAITING = 1, STUCK = 2, PLACED = 3, RUNNING = 4, READY = 5, DONE = 6, FAILED = 7, CRASHING = 8, LEAVING = 9;
const NODE_READY = 1, NODE_SILENT = 2, NODE_LOST = 3, CORDONED = 4;
const MOVE = 0.8, FADE = 0.7, FLARE = 1.1; // seconds of the story at speed 1
const LONGEST = 90; // a story is told in at most so many seconds at speed 1
const ARRAYS = { u1: Uint8Array, u2: Uint16Array, i4: Int32Array, f8: Float64Array };

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
const ease = (t) => (t <= 0 ? 0 : t >= 1 ? 1 : t < 0.5 ? 4 * t * t * t : 1 - (2 - 2 * t) ** 3 / 2);
const settle = (t) => (t <= 0 ? 0 : t >= 1 ? 1 : 1 - (1 - t) ** 3);

// ---------------------------------------------------------------------------------------------- the message

async function inflate(view) {
  const bytes = view instanceof DataView ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : new Uint8Array(view);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const columns = {};
  let start = 4 + length;
  for (const [name, code, count] of header.columns) {
    columns[name] = new ARRAYS[code](buffer, start, count);
    start += Math.ceil((count * ARRAYS[code].BYTES_PER_ELEMENT) / 8) * 8;
  }
  return { header, columns };
}

// A growing column: append copies, reading is a plain typed array.
const joined = (Type, old, more) => {
  const all = new Type((old ? old.length : 0) + more.length);
  if (old) all.set(old);
  all.set(more, old ? old.length : 0);
  return all;
};

// ---------------------------------------------------------------------------------------------- what happened when

class Story {
  constructor() {
    this.names = []; this.kinds = []; this.spaces = []; this.actors = []; this.whys = [];
    this.states = []; this.words = []; this.nodeWords = []; this.works = new Set();
    this.rows = 0; this.beats = 0; this.length = 0; this.now = 0; this.revision = 0; this.leftOut = 0;
    this.start = this.span = this.at = new Float64Array(0);
    this.sentences = new Map();
  }

  append({ header, columns }) {
    const first = this.rows;
    if (header.vocabulary) {
      const { states, nodes, words, works } = header.vocabulary;
      this.states = states; this.nodeWords = nodes; this.words = words; this.works = new Set(works);
    }
    this.now = header.now; this.revision = header.revision; this.leftOut = header.leftOut;
    this.actors.push(...header.actors);
    for (const why of header.whys) this.whys.push(why);
    for (const name of header.names) this.names.push(name);
    for (const code of columns.kind) this.kinds.push(header.kinds[code]);
    for (const code of columns.space) this.spaces.push(header.spaces[code]);
    for (const name of ["owner", "cpu", "memory", "thing", "actor", "a", "b", "why", "revision", "cause"])
      this[name === "revision" ? "revisions" : name] = joined(Int32Array, this[name === "revision" ? "revisions" : name], columns[name]);
    this.word = joined(Uint8Array, this.word, columns.word);
    this.time = joined(Float64Array, this.time, columns.time);
    this.first = joined(Int32Array, this.first, columns.first.map((row) => row + first));
    this.rows = this.thing.length; this.beats = this.time.length;
    this.index();
  }

  // Derived: the order of rows of one thing, and the place of each beat and row in the telling.
  index() {
    const { rows, beats, thing } = this, count = this.names.length;
    const last = new Int32Array(count).fill(-1);
    this.before = new Int32Array(rows);
    this.rowOf = new Map();
    for (let row = 0; row < rows; row++) {
      this.before[row] = last[thing[row]];
      last[thing[row]] = row;
      this.rowOf.set(this.revisions[row], row);
    }
    this.pods = []; this.nodes = []; this.orders = [];
    for (let i = 0; i < count; i++) {
      if (last[i] < 0) continue;
      if (this.kinds[i] === "Pod") this.pods.push(i);
      else if (this.kinds[i] === "Node") this.nodes.push(i);
      else if (this.works.has(this.kinds[i]) && this.owner[i] < 0) this.orders.push(i);
    }
    this.generation = new Int32Array(count); // of a ReplicaSet among those of its Deployment: 1, 2, ...
    const sets = new Map();
    for (let i = 0; i < count; i++)
      if (this.kinds[i] === "ReplicaSet" && this.owner[i] >= 0) {
        sets.set(this.owner[i], (sets.get(this.owner[i]) || 0) + 1);
        this.generation[i] = sets.get(this.owner[i]);
      }
    this.lay();
  }

  // Virtual time has bursts and long quiet; the telling spreads the one and shortens the other.
  lay() {
    const { beats, rows, time, first } = this;
    this.start = new Float64Array(beats); this.span = new Float64Array(beats); this.beatOf = new Int32Array(rows);
    this.spoken = new Uint8Array(beats); this.at = new Float64Array(rows);
    const lead = new Float64Array(beats + 1);
    let total = 0;
    for (let beat = 0; beat < beats; beat++) {
      const end = this.endOf(beat);
      let count = 0;
      for (let row = first[beat]; row < end; row++) { this.beatOf[row] = beat; if (this.word[row]) count++; }
      this.spoken[beat] = count ? 1 : 0;
      const gap = beat ? time[beat] - time[beat - 1] : 0;
      lead[beat] = gap > 0 ? Math.min(1.6, 0.3 * Math.log2(1 + gap)) : 0;
      this.span[beat] = count ? 1.0 + 0.22 * Math.log2(count) : 0.1;
      total += lead[beat] + this.span[beat];
    }
    const rest = beats ? this.now - time[beats - 1] : 0;
    lead[beats] = rest > 0 ? Math.min(1.6, 0.3 * Math.log2(1 + rest)) : 0;
    total += lead[beats];
    this.pace = total > LONGEST ? LONGEST / total : 1;
    let place = 0.15;
    for (let beat = 0; beat < beats; beat++) {
      place += lead[beat] * this.pace;
      this.start[beat] = place;
      this.span[beat] *= this.pace;
      const end = this.endOf(beat), count = end - first[beat];
      for (let row = first[beat], i = 0; row < end; row++, i++) this.at[row] = place + (this.span[beat] * 0.55 * i) / count;
      place += this.span[beat];
    }
    this.length = place + Math.max(lead[beats] * this.pace, 0.6);
    this.move = clamp(MOVE * Math.sqrt(this.pace), 0.3, MOVE);
  }

  endOf(beat) { return beat + 1 < this.beats ? this.first[beat + 1] : this.rows; }

  // The newest beat, and the newest row, at a place in the telling (-1: none yet).
  beatAt(place) { return upper(this.start, place) - 1; }
  rowAt(place) { return upper(this.at, place) - 1; }

  // What the cluster's clock shows there.
  clockAt(place) {
    const beat = this.beatAt(place);
    if (beat < 0) return this.beats ? this.time[0] : this.now;
    const end = this.start[beat] + this.span[beat];
    if (place <= end) return this.time[beat];
    const next = beat + 1 < this.beats ? this.time[beat + 1] : this.now;
    const till = beat + 1 < this.beats ? this.start[beat + 1] : this.length;
    return this.time[beat] + (next - this.time[beat]) * clamp((place - end) / Math.max(till - end, 1e-9), 0, 1);
  }

  // The place at which everything up to a time of the cluster's clock has been told.
  placeOf(time) {
    const beat = upper(this.time, time + 1e-9) - 1;
    if (beat < 0) return 0;
    return beat === this.beats - 1 ? this.length : this.start[beat] + this.span[beat] * 0.999;
  }

  root(thing) {
    for (let i = 0; i < 8 && this.owner[thing] >= 0; i++) thing = this.owner[thing];
    return thing;
  }

  rowsOf(beat) {
    const rows = [];
    for (let row = this.first[beat]; row < this.endOf(beat); row++) if (this.word[row]) rows.push(row);
    return rows;
  }

  told(beat) {
    if (!this.sentences.has(beat)) this.sentences.set(beat, this.tell(this.rowsOf(beat)));
    return this.sentences.get(beat);
  }

  // The same few rules as word.py.
  tell(rows) {
    if (!rows.length) return "";
    const things = rows.map((row) => this.thing[row]), first = rows[0], kind = this.kinds[things[0]].split(".")[0];
    const names = things.map((i) => this.names[i]), who = this.actors[this.actor[first]][1], why = this.whys[this.why[first]];
    const places = kind === "Pod" ? rows.filter((row) => this.b[row] >= 0).map((row) => this.names[this.b[row]]) : [];
    const owner = this.owner[things[0]] >= 0 ? this.names[this.root(things[0])] : "";
    const noun = kind === "Node" ? "node" : kind;
    const fields = {
      who, kind, it: names[0], its: some(names, noun), count: String(names.length), at: places[0] || "", ats: some(places, "node"),
      pods: owner ? `${names.length} pods of ${owner}` : `${names.length} pods`,
      why, ":why": why ? `: ${why}` : "", "(why)": why ? ` (${why})` : "",
    };
    return this.words[this.word[first]][names.length > 1 ? 2 : 1]
      .replace(/\[([^|]*)\|([^\]]*)\]/g, (_, you, other) => (who === "you" ? you : other))
      .replace(/\{([^}]*)\}/g, (_, field) => fields[field]);
  }
}

function upper(sorted, value) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1; else high = middle;
  }
  return low;
}

function some(names, noun) {
  const distinct = [...new Set(names.filter(Boolean))];
  if (!distinct.length) return `no ${noun}`;
  if (distinct.length > 3) return `${distinct.length} ${noun}s`;
  return distinct.length === 1 ? distinct[0] : `${distinct.slice(0, -1).join(", ")} and ${distinct[distinct.length - 1]}`;
}

function clockWords(seconds, tenths = true) {
  const whole = Math.floor(seconds + 1e-9), hours = Math.floor(whole / 3600);
  const two = (value) => String(value).padStart(2, "0");
  const text = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return (hours ? `${hours}:` : "") + text + (tenths ? `.${Math.floor((seconds - whole + 1e-9) * 10)}` : "");
}

// ---------------------------------------------------------------------------------------------- where things stand

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
    let quaySize = 1, quayFrom = 0;
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
      if (b[row] < 0 || !decks.has(b[row])) {
        let at = quayFrom;
        while (quay[at]) at++;
        quay[at] = 1; quayFrom = at + 1;
        slot[row] = at;
        quaySize = Math.max(quaySize, at + 1);
        continue;
      }
      const node = b[row], grid = decks.get(node);
      const share = Math.max(story.cpu[pod] / Math.max(story.cpu[node], 1), story.memory[pod] / Math.max(story.memory[node], 1));
      const wish = clamp(Math.round(share * size), 1, size);
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

// ---------------------------------------------------------------------------------------------- how they look

const THEMES = {
  light: {
    sky: ["#FBFCFC", "#EDF3F5"], sea: "rgba(120,168,186,.30)", deep: "rgba(92,146,168,.30)", wave: "rgba(70,125,148,.55)",
    hull: "#27475A", hullDim: "#8796A0", boot: "#B65A43", bootDim: "#A58F88", house: "#FFFFFF", edge: "#B8C6CE", glass: "#5C7F92",
    text: "#1E323D", soft: "#566C78", faint: "#A9B8C0", onHull: "#FFFFFF", onHullSoft: "rgba(255,255,255,.74)", track: "rgba(255,255,255,.22)",
    pier: "#D8D0C1", pierEdge: "#B9AE99", pierText: "#5F5646", guide: "rgba(39,71,90,.15)", lamp: "#C3CED4", glow: "#E59A00", beam: "#D98A00",
    onFill: "#FFFFFF", panel: "#FFFFFF", focus: "#0B62C4",
  },
  dark: {
    sky: ["#131B20", "#16232B"], sea: "rgba(38,86,106,.42)", deep: "rgba(24,66,84,.45)", wave: "rgba(110,170,194,.45)",
    hull: "#35596C", hullDim: "#4A555C", boot: "#A4523D", bootDim: "#5E4A45", house: "#CBD7DD", edge: "#8FA3AE", glass: "#3D5C6C",
    text: "#E4EDF1", soft: "#9DB0BA", faint: "#51636D", onHull: "#F3F8FA", onHullSoft: "rgba(243,248,250,.72)", track: "rgba(255,255,255,.18)",
    pier: "#3B3E3C", pierEdge: "#55585A", pierText: "#B9B4A8", guide: "rgba(190,215,228,.13)", lamp: "#46565F", glow: "#FFC247", beam: "#FFC247",
    onFill: "#0C1519", panel: "#1B252B", focus: "#6CB2FF",
  },
};

// One small sign for each owner, so that pods are told apart without colour.
const GLYPHS = [
  (p, r) => p.arc(0, 0, r * 0.86, 0, 7),
  (p, r) => p.rect(-r * 0.76, -r * 0.76, r * 1.52, r * 1.52),
  (p, r) => polygon(p, 3, r * 1.08, -90),
  (p, r) => polygon(p, 4, r * 1.06, -90),
  (p, r) => star(p, r * 1.1),
  (p, r) => polygon(p, 6, r, 0),
  (p, r) => { p.rect(-r, -r * 0.34, r * 2, r * 0.68); p.rect(-r * 0.34, -r, r * 0.68, r * 2); },
  (p, r) => polygon(p, 3, r * 1.08, 90),
  (p, r) => polygon(p, 5, r, -90),
  (p, r) => { p.rect(-r, -r * 0.8, r * 2, r * 0.6); p.rect(-r, r * 0.2, r * 2, r * 0.6); },
];

function polygon(path, sides, r, turn) {
  for (let i = 0; i <= sides; i++) {
    const angle = ((turn + (360 * i) / sides) * Math.PI) / 180;
    path[i ? "lineTo" : "moveTo"](Math.cos(angle) * r, Math.sin(angle) * r);
  }
}

function star(path, r) {
  for (let i = 0; i <= 10; i++) {
    const angle = (-90 + 36 * i) * (Math.PI / 180), far = i % 2 ? r * 0.45 : r;
    path[i ? "lineTo" : "moveTo"](Math.cos(angle) * far, Math.sin(angle) * far);
  }
}

const size = (bytesMi) => (bytesMi >= 10240 || (bytesMi >= 1024 && bytesMi % 1024 === 0) ? `${Math.round(bytesMi / 1024)}Gi` : bytesMi >= 1024 ? `${(bytesMi / 1024).toFixed(1)}Gi` : `${bytesMi}Mi`);
const memories = (used, all) => `${(used / 1024).toFixed(used % 1024 && used < 10240 ? 1 : 0)}/${Math.round(all / 1024)}Gi`;
const cores = (milli, all) => (all === undefined ? core(milli) : `${core(milli)}/${core(all)}`);
const core = (milli) => (milli % 1000 ? (milli / 1000).toFixed(milli % 100 ? 2 : 1) : String(milli / 1000));

class Painter {
  constructor(canvas, story, stage) {
    this.canvas = canvas; this.ctx = canvas.getContext("2d"); this.story = story; this.stage = stage;
    this.theme = THEMES.light; this.font = "system-ui, sans-serif"; this.still = false;
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
    const { story, stage, current, still } = this, { pods, a, at, before, cpu, memory, b } = story, { moved, rx, ry, rw, rh } = stage;
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
        const gone = still ? 1 : (place - at[row]) / fade;
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
      const t = still ? 1 : (place - at[to]) / move;
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

  draw(place, look) {
    const { ctx, stage, story, theme } = this, { width, height } = stage;
    this.look = look;
    this.goto(story.rowAt(place));
    this.recent(place);
    this.pose(place);
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    const sky = ctx.createLinearGradient(0, 0, 0, height);
    sky.addColorStop(0, theme.sky[0]); sky.addColorStop(1, theme.sky[1]);
    ctx.fillStyle = sky;
    ctx.fillRect(0, 0, width, height);
    this.swell = this.still ? 0 : place;
    this.drawQuay();
    this.drawShips(place);
    if (stage.heat) this.drawHeat(); else this.drawPods(place);
    this.drawWater();
    this.drawBridge(place);
    this.drawBeams(place);
    this.drawChosen();
  }

  text(text, x, y, size, colour, align = "left", weight = 400, limit = 0) {
    const { ctx } = this;
    ctx.font = `${weight} ${size}px ${this.font}`;
    ctx.textAlign = align; ctx.textBaseline = "middle"; ctx.fillStyle = colour;
    ctx.fillText(limit ? this.clip(text, limit, ctx.font) : text, x, y);
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

  // ---- the ships, which are nodes

  nodeState(node) { const row = this.current[node]; return row < 0 ? 0 : this.story.a[row]; }

  // 0 upright and lit ... 1 listing and dark, as a node is lost and found again.
  lostness(node, place) {
    const { story, current } = this, row = current[node];
    if (row < 0) return 0;
    const now = (story.a[row] & 3) === NODE_LOST ? 1 : 0, old = story.before[row];
    const was = old < 0 ? now : (story.a[old] & 3) === NODE_LOST ? 1 : 0;
    return this.still || was === now ? now : was + (now - was) * ease((place - story.at[row]) / (story.move * 1.6));
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
      const arrive = story.before[row] < 0 && !this.still ? settle((place - story.at[row]) / (story.move * 1.5)) : 1;
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
    const size = clamp(hull * 0.23, 11, 13.5);
    this.text(note, right, first, 11, words ? theme.onHull : theme.onHullSoft, "right", words ? 700 : 400);
    this.text(story.names[ship.node], left, first, size, theme.onHull, "left", 600, right - left - (words ? 62 : 46));
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

  colour(state) { return this.story.states[state][this.dark ? "dark" : "light"]; }

  drawPods(place) {
    const { ctx, stage, count, px, py, pw, ph, pa, ps, pi, pn } = this, focus = this.look.owner;
    const large = stage.cellH >= 13 && stage.cellW >= 13 && count <= 500;
    if (!large) return this.drawSmallPods();
    for (let i = 0; i < count; i++) {
      const ship = stage.shipOf.get(pn[i]), faded = focus >= 0 && this.story.root(pi[i]) !== focus;
      ctx.save();
      ctx.globalAlpha = pa[i] * (faded ? 0.22 : 1);
      if (ship && ship.seen) { ctx.translate(0, ship.bob); if (ship.lost) this.tilt(ship, ship.lost); }
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
    if (look.mark && w > 24) this.mark(look, x, y, w, look.fill === "half" ? h * 0.68 : h, solid ? theme.onFill : theme.text, colour, solid);
    if (!this.unlabelled) this.label(pod, look, x, y, w, look.fill === "half" ? h * 0.68 : h, solid ? theme.onFill : theme.text, colour, solid);
  }

  label(pod, look, x, y, w, h, ink, colour, solid) {
    const { ctx, story } = this, root = story.root(pod), bare = root === pod;
    const two = h >= 31, size = clamp(h * (two ? 0.3 : 0.5), 9, 13), middle = two ? y + h / 2 - size * 0.56 : y + h / 2 + 0.5;
    let left = x + 6;
    const sign = look.mark && w > 24 ? 17 : 0;
    if (w > 44) { this.glyph(root, left + size * 0.36, middle, size * 0.36, ink); left += size * 0.72 + 5; }
    const suffix = story.names[pod].split("-").pop(), version = this.version(pod);
    const name = bare ? story.names[pod] : story.names[root] + version;
    this.text(name, left, middle, size, ink, "left", 600, x + w - left - 4 - sign);
    if (two) this.text(bare ? story.kinds[pod].toLowerCase() : suffix, left, y + h / 2 + size * 0.7, size * 0.86, ink, "left", 400, x + w - left - 4 - sign);
  }

  mark(look, x, y, w, h, ink, colour, solid) {
    const { ctx } = this, r = clamp(h * 0.3, 5, 7.5);
    ctx.fillStyle = solid ? ink : colour; ctx.beginPath(); ctx.arc(x + w - r - 4, y + h / 2, r, 0, 7); ctx.fill();
    this.text(look.mark, x + w - r - 4, y + h / 2 + 0.5, r * 1.4, solid ? colour : this.theme.onFill, "center", 700);
  }

  version(pod) {
    const { story } = this, set = story.owner[pod];
    return set >= 0 && story.generation[set] && this.generations(story.owner[set]) > 1 ? ` v${story.generation[set]}` : "";
  }

  generations(deployment) {
    if (this.manyFor !== this.story.rows) { this.manyFor = this.story.rows; this.many = new Map(); this.story.owner.forEach((owner, i) => { if (this.story.generation[i]) this.many.set(owner, Math.max(this.many.get(owner) || 0, this.story.generation[i])); }); }
    return this.many.get(deployment) || 0;
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
      }
      ctx.fill();
      ctx.beginPath();
      for (const i of loose) if (ps[i] === state) ctx.rect(px[i], py[i], Math.max(pw[i], 1), Math.max(ph[i], 1));
      ctx.fill();
    }
  }

  // ---- the bridge: the control plane as lamps

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

  drawChosen() {
    const { ctx, theme, count, pi, px, py, pw, ph, look, stage } = this;
    for (const [thing, colour, dash] of [[look.hover, theme.text, [3, 2]], [look.selected, theme.focus, []]]) {
      if (thing < 0) continue;
      ctx.strokeStyle = colour; ctx.lineWidth = 2; ctx.setLineDash(dash);
      const ship = stage.shipOf.get(thing);
      if (ship && ship.seen) { ctx.beginPath(); ctx.roundRect(ship.x - 3, ship.y - 3, ship.w + 6, ship.h + 5, 6); ctx.stroke(); }
      for (let i = 0; i < count; i++) if (pi[i] === thing) { ctx.beginPath(); ctx.roundRect(px[i] - 3, py[i] - 3, pw[i] + 6, ph[i] + 6, 4); ctx.stroke(); break; }
      ctx.setLineDash([]);
    }
  }

  // What is drawn at a point: a pod before a ship, or -1.
  thingAt(x, y) {
    const { count, pi, px, py, pw, ph, stage } = this;
    for (let i = count - 1; i >= 0; i--) if (x >= px[i] - 1 && x <= px[i] + pw[i] + 1 && y >= py[i] - 1 && y <= py[i] + ph[i] + 1) return pi[i];
    for (const ship of stage.ships) if (ship.seen && x >= ship.x && x <= ship.x + ship.w && y >= ship.y && y <= ship.y + ship.h) return ship.node;
    return -1;
  }
}

// ---------------------------------------------------------------------------------------------- which moment

class Player {
  constructor(story, changed) {
    this.story = story; this.changed = changed;
    this.place = 0; this.speed = 1; this.playing = false; this.loop = false; this.until = Infinity; this.frame = 0;
    this.tick = this.tick.bind(this);
  }

  play(until = Infinity) {
    this.until = until;
    if (this.place >= this.story.length - 1e-6 && until === Infinity) this.place = 0;
    if (!this.playing) { this.playing = true; this.then = 0; this.frame = requestAnimationFrame(this.tick); }
    this.changed("play");
  }

  pause() {
    if (!this.playing) return;
    this.playing = false; this.until = Infinity;
    cancelAnimationFrame(this.frame);
    this.changed("pause");
  }

  tick(now) {
    if (!this.playing) return;
    const passed = this.then ? Math.min(100, now - this.then) / 1000 : 0;
    this.then = now;
    this.place += passed * this.speed;
    const end = Math.min(this.story.length, this.until);
    if (this.place >= end) {
      if (this.loop && this.until === Infinity) this.place = 0;
      else { this.place = end; this.pause(); return; }
    }
    this.changed("tick");
    if (this.playing) this.frame = requestAnimationFrame(this.tick);
  }

  go(place, reason = "seek") {
    this.place = clamp(place, 0, this.story.length);
    this.changed(reason);
  }

  // To the end of the next, or of the previous, beat that has something to say.
  step(direction) {
    const { story } = this;
    this.pause();
    let beat = story.beatAt(this.place);
    if (direction < 0 && beat >= 0 && this.place > this.endOf(beat) + 1e-6) beat++; // in the quiet after it: back to its end
    for (beat += direction; beat >= 0 && beat < story.beats; beat += direction) if (story.spoken[beat]) break;
    this.go(beat < 0 ? 0 : beat >= story.beats ? story.length : this.endOf(beat), "step");
  }

  endOf(beat) { return this.story.start[beat] + this.story.span[beat] * 0.999; }
}

// ---------------------------------------------------------------------------------------------- buttons and words

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

class Panel {
  constructor(el, model) {
    this.model = model; this.el = el;
    this.story = new Story(); this.stage = null; this.selected = -1; this.hover = -1; this.owner = -1; this.told = -2;
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
    this.clock = part("output", { class: "ph-clock", "data-testid": "ph-clock", "aria-label": "time of the cluster" });
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
    scrub.addEventListener("input", () => { player.pause(); player.go((Number(scrub.value) / 1000) * this.story.length); });
    scrub.addEventListener("change", () => this.tellKernel());
    scrub.addEventListener("keydown", (event) => {
      const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (steps) { event.preventDefault(); player.step(steps); }
    });
    canvas.addEventListener("keydown", (event) => this.key(event));
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

  // ---- the story arrives, and grows

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
      if (auto) this.whenSeen(() => player.play()); else player.go(story.length);
    } else if (atEnd && !player.playing) {
      if (auto) player.play(); else player.go(story.length);
    }
    if (!player.playing) this.changed("add");
  }

  whenSeen(action) {
    const watch = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) { watch.disconnect(); if (!this.driven) action(); } });
    watch.observe(this.scene);
    this.undo.push(() => watch.disconnect());
    this.player.go(0, "add");
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
    this.drawLane(laneW, ratio);
    this.paint();
  }

  // The lane: every beat a tick, trouble taller and marked, quiet spans dotted with their length.
  drawLane(width, ratio) {
    const { story, lane, painter } = this, { theme } = painter, ctx = lane.getContext("2d"), inset = 8, at = (place) => inset + (place / story.length) * (width - 2 * inset);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, 30);
    const groups = new Map();
    for (let beat = 0; beat < story.beats; beat++) {
      if (!story.spoken[beat]) continue;
      const row = story.rowsOf(beat)[0], name = story.words[story.word[row]][0];
      const kind = /crash|waits|retries|image|failed|stuck|lost|silent|short|unready|unhealthy/.test(name) ? "bad" : /ready|complete|done|back/.test(name) ? "good" : story.actors[story.actor[row]][1] === "you" ? "you" : "plain";
      if (!groups.has(kind)) groups.set(kind, []);
      groups.get(kind).push(at(story.start[beat]));
    }
    const looks = { plain: [theme.faint, 7], good: [painter.colour(READY), 10], you: [theme.text, 14], bad: [painter.colour(CRASHING), 12] };
    for (const [kind, xs] of groups) {
      const [colour, tall] = looks[kind];
      ctx.fillStyle = colour;
      ctx.beginPath();
      for (const x of xs) ctx.rect(Math.round(x * 2) / 2 - 0.75, 16 - tall, 1.5, tall);
      if (kind === "bad" && xs.length < 200) for (const x of xs) { ctx.moveTo(x - 3, 0.5); ctx.lineTo(x + 3, 0.5); ctx.lineTo(x, 5); }
      if (kind === "you" && xs.length < 200) for (const x of xs) { ctx.moveTo(x + 2.6, 2.6); ctx.arc(x, 2.6, 2.6, 0, 7); }
      ctx.fill();
    }
    let free = -1e9;
    for (let beat = 1; beat <= story.beats; beat++) {
      const gap = (beat < story.beats ? story.time[beat] : story.now) - story.time[beat - 1];
      const from = at(story.start[beat - 1] + story.span[beat - 1]), to = at(beat < story.beats ? story.start[beat] : story.length);
      if (gap < 5 || to - from < 16) continue;
      ctx.strokeStyle = theme.soft; ctx.lineWidth = 1.2; ctx.setLineDash([1, 3]);
      ctx.beginPath(); ctx.moveTo(from, 12); ctx.lineTo(to, 12); ctx.stroke(); ctx.setLineDash([]);
      const words = gap >= 90 ? `${Math.round(gap / 60)} min` : `${Math.round(gap)} s`, middle = (from + to) / 2;
      if (to - from > 26 && middle - 16 > free) {
        ctx.font = `400 10px ${painter.font}`; ctx.textAlign = "center"; ctx.fillStyle = theme.soft; ctx.fillText(words, middle, 8); free = middle + 16;
      }
    }
  }

  // ---- every change of the moment ends here

  changed(reason) {
    const { player } = this;
    if (reason === "play" || reason === "pause") {
      const words = player.playing ? "Pause" : "Play";
      this.playButton.replaceChildren(icon(player.playing ? "pause" : "play"));
      this.playButton.setAttribute("aria-label", words); this.playButton.title = words;
      this.root.dataset.playing = String(player.playing);
    }
    this.paint();
    if (reason === "seek" && this.story.pods.length > 300) { clearTimeout(this.soon); this.soon = setTimeout(() => this.reflect(true), 60); }
    else if (reason !== "tick") this.reflect(true);
    if (reason === "pause" || reason === "step") this.tellKernel();
  }

  paint() {
    const { painter, stage, player, story } = this;
    if (!painter || !stage.width) return;
    const look = { selected: this.selected, hover: this.hover, owner: this.owner };
    painter.draw(player.place, look);
    this.clock.textContent = clockWords(story.clockAt(player.place));
    if (document.activeElement !== this.scrub || player.playing || reasonless(this.scrub, player, story)) this.scrub.value = String((player.place / Math.max(story.length, 1e-9)) * 1000);
    const now = performance.now();
    if (this.told !== story.beatAt(player.place)) this.say();
    if (now - (this.reflected || 0) > 400 && player.playing) this.reflect(false);
  }

  // The sentence of the moment, and the log up to it: never what is still to come.
  say() {
    const { story, player } = this, beat = story.beatAt(player.place);
    this.told = beat;
    this.root.dataset.beat = String(beat);
    let last = beat;
    while (last >= 0 && !story.spoken[last]) last--;
    const now = performance.now(), quick = player.playing && now - (this.spokeAt || 0) < 350;
    if (!quick) {
      this.spokeAt = now;
      const words = last < 0 ? (story.beats ? "Nothing has happened yet." : "The log is empty: nothing has happened.") : `${clockWords(story.time[last], false)} ${story.told(last)}`;
      if (this.now.textContent !== words) this.now.textContent = words;
      this.scrub.setAttribute("aria-valuetext", words);
      const lines = [];
      for (let i = last - 1; i >= 0 && lines.length < 30; i--) if (story.spoken[i]) lines.push(i);
      this.writeLog(lines);
    } else { clearTimeout(this.later); this.later = setTimeout(() => this.say(), 360); }
    for (const [order, chip] of this.chips || []) {
      const row = this.painter.current[order], there = row >= 0 && !(story.words[story.word[row]][0] === "work-deleted");
      chip.item.hidden = !there;
      if (!there) continue;
      const words = `${story.a[row]} of ${story.b[row]}`;
      if (chip.words !== words) {
        chip.words = words; chip.count.textContent = words;
        chip.fill.style.width = `${clamp(story.b[row] ? story.a[row] / story.b[row] : 1, 0, 1) * 100}%`;
        chip.chip.classList.toggle("ph-short", story.a[row] < story.b[row]);
        chip.chip.setAttribute("aria-label", `${story.kinds[order]} ${story.names[order]}: ${words} ready`);
      }
    }
  }

  writeLog(beats) {
    const { story, log } = this;
    while (log.children.length > beats.length) log.lastChild.remove();
    beats.forEach((beat, i) => {
      let item = log.children[i];
      if (!item) {
        const button = part("button", own({ type: "button", class: "ph-line" }), part("time"), part("span"));
        button.addEventListener("click", () => { this.player.pause(); this.player.go(this.player.endOf(Number(button.dataset.beat)), "step"); });
        item = part("li", {}, button);
        log.append(item);
      }
      const button = item.firstChild;
      if (button.dataset.beat === String(beat)) return;
      button.dataset.beat = String(beat);
      button.firstChild.textContent = clockWords(story.time[beat], false);
      button.lastChild.textContent = story.told(beat);
    });
  }

  // The same moment in words, for those who listen and for tests.
  reflect(full) {
    const { story, painter, player } = this;
    if (!painter) return;
    this.reflected = performance.now();
    this.root.dataset.time = story.clockAt(player.place).toFixed(3);
    this.root.dataset.playing = String(player.playing);
    if (full) this.say();
    const nodes = part("table", {}, part("caption", { text: "Nodes" }), row("th", ["node", "state", "pods", "cpu", "memory"]));
    for (const node of story.nodes.slice(0, 200)) {
      const state = painter.nodeState(node), carried = painter.load.get(node) || { pods: 0, cpu: 0, memory: 0 };
      if ((state & 3) === 0) continue;
      const words = story.nodeWords[state & 3] + (state & CORDONED ? ", closed for new pods" : "");
      nodes.append(row("td", [story.names[node], words, String(carried.pods), `${cores(carried.cpu)} of ${cores(story.cpu[node])}`, `${size(carried.memory)} of ${size(story.memory[node])}`], { "data-node": story.names[node], "data-state": words }));
    }
    const pods = part("table", {}, part("caption", { text: "Pods" }), row("th", ["pod", "state", "node", "owner"]));
    let shown = 0, all = 0;
    for (const pod of story.pods) {
      const at = painter.current[pod];
      if (at < 0 || story.a[at] === GONE) continue;
      all++;
      if (shown >= 200) continue;
      shown++;
      const node = story.b[at] >= 0 ? story.names[story.b[at]] : "", state = story.states[story.a[at]];
      pods.append(row("td", [story.names[pod], state.words, node, this.ownerWords(pod)], { "data-pod": story.names[pod], "data-state": state.name, "data-on": node }));
    }
    this.mirror.replaceChildren(nodes, pods);
    if (all > shown) this.mirror.append(part("p", { text: `and ${all - shown} more pods` }));
    if (this.selected >= 0) this.showFacts();
  }

  ownerWords(thing) {
    const { story } = this, root = story.root(thing);
    return root === thing ? "" : `${story.kinds[root]} ${story.names[root]}`;
  }

  tellKernel() {
    const { model, story, player } = this, time = Math.round(story.clockAt(player.place) * 1000) / 1000;
    if (model.get("time") === time) return;
    model.set("time", time);
    model.save_changes();
  }

  // ---- choosing things

  nameOf(thing) { const { story } = this; return thing < 0 ? "" : [story.kinds[thing].toLowerCase(), ...(story.spaces[thing] && story.spaces[thing] !== "default" ? [story.spaces[thing]] : []), story.names[thing]].join("/"); }

  choose(thing, tell = true) {
    this.selected = thing;
    if (tell) { this.model.set("selected", this.nameOf(thing)); this.model.save_changes(); }
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

  stateWords(thing) {
    const { story, painter } = this, row = painter.current[thing];
    if (row < 0) return "not there yet";
    if (story.kinds[thing] === "Node") return story.nodeWords[story.a[row] & 3] + (story.a[row] & CORDONED ? ", closed for new pods" : "");
    return story.states[story.a[row]].words;
  }

  showFacts() {
    const { story, painter, selected: thing, facts } = this, row = painter.current[thing], pod = story.kinds[thing] === "Pod";
    const key = `${thing}|${row}`;
    if (this.factsFor === key && facts.childElementCount) return;
    this.factsFor = key;
    const list = part("dl"), fact = (name, value) => { if (value) list.append(part("dt", { text: name }), part("dd", { text: value })); };
    fact("state", this.stateWords(thing));
    if (pod && row >= 0 && story.b[row] >= 0) fact("node", story.names[story.b[row]]);
    fact("owner", this.ownerWords(thing));
    if (story.spaces[thing] && story.spaces[thing] !== "default") fact("namespace", story.spaces[thing]);
    fact(pod ? "asks for" : "offers", story.cpu[thing] || story.memory[thing] ? `${cores(story.cpu[thing])} cpu, ${size(story.memory[thing])}` : "");
    const why = part("ol", { class: "ph-why" });
    for (const line of this.causes(row)) why.append(part("li", { text: line }));
    const shut = part("button", own({ type: "button", class: "ph-shut", "aria-label": "Close", text: "×", onclick: () => { this.choose(-1); this.canvas.focus(); } }));
    facts.replaceChildren(part("h3", { text: story.names[thing] }), shut, list, why.childElementCount ? part("h4", { text: "Because" }) : null, why);
  }

  // What happened to it last, what led to that, and so on back to a call from outside.
  causes(row) {
    const { story } = this, lines = [];
    while (row >= 0 && !story.word[row]) row = story.before[row];
    for (let i = 0; row !== undefined && row >= 0 && i < 8; i++) {
      if (story.word[row]) lines.push(`${clockWords(story.time[story.beatOf[row]], false)} ${story.tell([row])}`);
      row = story.cause[row] ? story.rowOf.get(story.cause[row]) : -1;
    }
    return lines;
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

  // ---- the kernel drives

  command({ action, time, thing, speed }) {
    const { player, story } = this;
    this.driven = true;
    if (speed) { player.speed = speed; this.speed.value = String(speed); }
    if (thing !== undefined) this.chooseByName(thing);
    if (action === "play") { if (time !== undefined) player.go(story.placeOf(time)); player.play(); }
    else if (action === "pause") player.pause();
    else if (action === "go") { player.pause(); player.go(story.placeOf(time), "step"); }
    else if (action === "play_to") {
      const end = story.placeOf(time);
      if (player.place >= end) player.go(0);
      if (this.stillQuery.matches) player.go(end, "step"); else player.play(end);
    }
  }
}

const reasonless = (scrub, player, story) => Math.abs(Number(scrub.value) / 1000 - player.place / Math.max(story.length, 1e-9)) > 1e-4;

function row(tag, texts, attributes = {}) {
  return part("tr", attributes, ...texts.map((text) => part(tag, tag === "th" ? { scope: "col", text } : { text })));
}

Painter.prototype.sample = function sample(state, x, y, w, h) {
  const at = this.story.at, current = this.current;
  this.story.at = [-1e9]; this.current = { 0: 0 }; // drawn as if it had long been so
  this.unlabelled = true;
  this.ctx.globalAlpha = 1;
  this.container(0, state, x, y, w, h, 0);
  this.unlabelled = false;
  this.story.at = at; this.current = current;
};

// ---------------------------------------------------------------------------------------------- the widget

// Called once for each widget; its views share what the kernel has sent so far.
export default () => {
  const messages = [], panels = new Set();
  return {
    initialize({ model }) {
      const first = model.get("_story");
      if (first && first.byteLength) messages.push(first);
      model.on("msg:custom", (content, buffers) => {
        if (!content || content.type !== "append") return;
        messages.push(buffers[0]);
        for (const panel of panels) panel.take(buffers[0]);
      });
    },
    render({ model, el }) {
      const panel = new Panel(el, model);
      let queue = Promise.resolve();
      panel.take = (message) => { queue = queue.then(() => panel.add(message)); return queue; };
      panels.add(panel);
      for (const message of messages) panel.take(message);
      const obey = () => { const command = model.get("_command"); if (command && command.action) queue = queue.then(() => panel.command(command)); };
      const chosen = () => { queue = queue.then(() => { if (panel.nameOf(panel.selected) !== model.get("selected")) panel.chooseByName(model.get("selected")); }); };
      model.on("change:_command", obey); model.on("change:selected", chosen);
      obey();
      if (model.get("selected")) chosen();
      return () => { panels.delete(panel); model.off("change:_command", obey); model.off("change:selected", chosen); panel.close(); };
    },
  };
};
