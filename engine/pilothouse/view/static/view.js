// The picture of a cluster: a recorded story, played in the browser.
//
// The kernel sends the story once, as compact columns (frames.py), and each later run only what it added. Everything
// shown is a function of the story and of one number, the place in it, so playing, stepping back and scrubbing are the
// same thing, and nothing is asked of the kernel meanwhile. Text reaches the page by textContent and fillText only.
//
// The files of this folder are one ES module: widget.py joins them in the order in which they are best read, message,
// story (what happened when), stage (where things stand), look, pen, sea, cargo, bridge, painter (how they look),
// player (which moment), page, lane, frame, words, panel (buttons and words), and this one.

// Called once for each widget; its views share what the kernel has sent so far.
export default () => {
  const messages = [], panels = new Set();
  return {
    initialize({ model }) {
      const first = model.get("_story"); // all of it so far; a list of pieces where a saved page is opened again
      for (const piece of Array.isArray(first) ? first : [first]) if (piece && piece.byteLength) messages.push(piece);
      model.on("msg:custom", (content, buffers) => {
        if (!content || content.type !== "append") return;
        messages.push(buffers[0]);
        model.set("_story", [...messages]); // so that a notebook saved with its widgets has it all
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
