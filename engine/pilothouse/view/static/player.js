// Which moment is shown.

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
    this.go(beat < 0 ? 0 : beat >= story.beats ? story.length : this.endOf(beat), direction > 0 ? "on" : "step");
  }

  // The moment at which a beat has been told.
  endOf(beat) { return this.story.start[beat] + this.story.span[beat] * 0.999; }
}
