// Colours, signs and numbers, as all drawings share them.

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
