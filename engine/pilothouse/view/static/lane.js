// The lane under the picture: every beat a tick, trouble and your own acts marked, quiet spans dotted with their length.

function drawLane(lane, story, painter, reached, width, ratio) {
  const { theme } = painter, ctx = lane.getContext("2d"), inset = 8, at = (place) => inset + (place / story.length) * (width - 2 * inset);
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, 30);
  const groups = new Map();
  for (let beat = 0; beat < story.beats; beat++) {
    if (!story.spoken[beat]) continue;
    const row = story.rowsOf(beat)[0], name = story.words[story.word[row]][0];
    const kind = /crash|waits|retries|image|failed|stuck|lost|silent|short|unready|unhealthy/.test(name) ? "bad" : /ready|revived|complete|done|back/.test(name) ? "good" : story.actors[story.actor[row]][1] === "you" ? "you" : "plain";
    const shown = beat <= reached ? kind : "ahead"; // what is still to come is not given away
    if (!groups.has(shown)) groups.set(shown, []);
    groups.get(shown).push(at(story.start[beat]));
  }
  const looks = { ahead: [theme.faint, 5], plain: [theme.soft, 7], good: [painter.colour(READY), 10], you: [theme.text, 14], bad: [painter.colour(CRASHING), 12] };
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
