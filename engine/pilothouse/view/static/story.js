// What happened when: the log as beats and rows, its place in the telling, and its sentences.

const GONE = 0, WAITING = 1, STUCK = 2, PLACED = 3, RUNNING = 4, READY = 5, DONE = 6, FAILED = 7, CRASHING = 8, LEAVING = 9;
const NODE_READY = 1, NODE_SILENT = 2, NODE_LOST = 3, CORDONED = 4;
const MOVE = 0.8, FADE = 0.7, FLARE = 1.1; // seconds of the story at speed 1
const LONGEST = 90; // a story is told in at most so many seconds at speed 1

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
const ease = (t) => (t <= 0 ? 0 : t >= 1 ? 1 : t < 0.5 ? 4 * t * t * t : 1 - (2 - 2 * t) ** 3 / 2);
const settle = (t) => (t <= 0 ? 0 : t >= 1 ? 1 : 1 - (1 - t) ** 3);

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
    this.second = new Map(); // the ReplicaSet that made it two
    const sets = new Map();
    for (let i = 0; i < count; i++)
      if (this.kinds[i] === "ReplicaSet" && this.owner[i] >= 0) {
        sets.set(this.owner[i], (sets.get(this.owner[i]) || 0) + 1);
        this.generation[i] = sets.get(this.owner[i]);
        if (this.generation[i] === 2) this.second.set(this.owner[i], i);
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
      const stagger = this.words[this.word[first[beat]]][0] === "pod-created" ? 0.15 : 0.55; // a stack comes as one, then goes piece by piece
      for (let row = first[beat], i = 0; row < end; row++, i++) this.at[row] = place + (this.span[beat] * stagger * i) / count;
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

  // Where the first beat begins that tells of a change after this revision.
  placeAfter(revision) {
    for (let beat = 0; revision && beat < this.beats; beat++)
      for (let row = this.first[beat]; row < this.endOf(beat); row++)
        if (this.revisions[row] > revision) return Math.max(0, this.start[beat] - 0.01);
    return 0;
  }

  // Where a change has just been told; where it has no place in the story, the next that has.
  placeWith(revision) {
    let row = this.rowOf.get(revision);
    if (row === undefined) row = this.revisions.findIndex((other) => other > revision);
    if (row === undefined || row < 0) return this.length;
    const beat = this.beatOf[row];
    return this.start[beat] + this.span[beat] * 0.999;
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
    const fields = {
      who, kind, kinds: plural(kind), it: names[0], its: listed(names), count: String(names.length), at: places[0] || "", ats: some(places, "node"),
      pods: owner ? `${names.length} pods of ${owner}` : `${names.length} pods`,
      why, ":why": why ? `: ${why}` : "", "(why)": why ? ` (${why})` : "",
    };
    return this.words[this.word[first]][names.length > 1 ? 2 : 1]
      .replace(/\[([^|]*)\|([^\]]*)\]/g, (_, you, other) => (who === "you" ? you : other))
      .replace(/<([^|]*)\|([^>]*)>/g, (_, one, many) => (new Set(places).size > 1 ? many : one))
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

const plural = (kind) => (kind.endsWith("y") ? `${kind.slice(0, -1)}ies` : kind.endsWith("s") ? `${kind}es` : `${kind}s`);

function listed(names) {
  if (names.length > 4) return `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

function clockWords(seconds, tenths = true) {
  const whole = Math.floor(seconds + 1e-9), hours = Math.floor(whole / 3600);
  const two = (value) => String(value).padStart(2, "0");
  const text = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return (hours ? `${hours}:` : "") + text + (tenths ? `.${Math.floor((seconds - whole + 1e-9) * 10)}` : "");
}
