// The same moment in words: the sentence, the log, the facts of what is chosen, and tables for those who listen.

class Words extends Frame {
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

  stateWords(thing) {
    const { story, painter } = this, row = painter.current[thing];
    if (row < 0) return "not there yet";
    if (story.kinds[thing] === "Node") return story.nodeWords[story.a[row] & 3] + (story.a[row] & CORDONED ? ", closed for new pods" : "");
    if (story.kinds[thing] === "Pod") return story.states[story.a[row]].words;
    if (story.words[story.word[row]][0] === "work-deleted") return "gone";
    return story.works.has(story.kinds[thing]) ? `${story.a[row]} of ${story.b[row]} ready` : "there";
  }

  nameOf(thing) { const { story } = this; return thing < 0 ? "" : [story.kinds[thing].toLowerCase(), ...(story.spaces[thing] && story.spaces[thing] !== "default" ? [story.spaces[thing]] : []), story.names[thing]].join("/"); }

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
    facts.replaceChildren(part("h3", { text: story.names[thing] }), shut, list);
    if (why.childElementCount) facts.append(part("h4", { text: "Because" }), why);
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
}
