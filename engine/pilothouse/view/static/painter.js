// How a moment looks: everything on the canvas, in the order in which it is drawn.

class Painter extends Bridge {
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
