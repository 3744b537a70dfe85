// The hedgerow ornament: a field cut into parcels, each edged with a dotted
// hedge. Deterministic, so that the asset's name changes only when this does.

const LIGHT = {
  fields: ["#e7efdc", "#dfe9d3", "#f3ecd6", "#efe3c6", "#e2ecdf", "#f6f1e2", "#d8e6cf", "#f1e7cd"],
  hedge: "#5e8a68",
};
const DARK = {
  fields: ["#1d2a22", "#223128", "#2b2a1f", "#302a1c", "#20302a", "#282a22", "#1f2f26", "#2e2b1f"],
  hedge: "#4e7a5b",
};

/** A source of numbers in [0, 1) that is the same at every build (a linear congruential generator). */
function sequence(seed) {
  let s = seed;
  return () => {
    s = (s * 1664525 + 1013904223) >>> 0;
    return s / 4294967296;
  };
}

const between = (p, q, t) => [p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t];
const length = (p, q) => Math.hypot(p[0] - q[0], p[1] - q[1]);
const write = (p) => p.map(Math.round).join(" ");

/** Cuts the quadrilateral [nw, ne, se, sw] across its longer side until the parcels are small. */
function split(quad, depth, smallest, random, out) {
  const [a, b, c, d] = quad;
  const width = (length(a, b) + length(d, c)) / 2;
  const height = (length(a, d) + length(b, c)) / 2;
  if (depth <= 0 || Math.max(width, height) < smallest * (1 + random() * 0.9)) {
    out.push(quad);
    return;
  }
  const t = 0.35 + random() * 0.3;
  const u = t + (random() - 0.5) * 0.1;
  const halves =
    width > height
      ? [
          [a, between(a, b, t), between(d, c, u), d],
          [between(a, b, t), b, c, between(d, c, u)],
        ]
      : [
          [a, b, between(b, c, u), between(a, d, t)],
          [between(a, d, t), between(b, c, u), c, d],
        ];
  for (const half of halves) split(half, depth - 1, smallest, random, out);
}

/** An SVG file of w × h pixels. */
export function parcels(w, h, dark = false) {
  const { fields, hedge } = dark ? DARK : LIGHT;
  const random = sequence(3);
  const jitter = () => (random() - 0.5) * 14;
  const quads = [];
  const corners = [
    [-30, -30 + jitter()],
    [w + 30, -30 + jitter()],
    [w + 30, h + 30 + jitter()],
    [-30, h + 30 + jitter()],
  ];
  split(corners, 9, 78, random, quads);
  let ground = "";
  let furrows = "";
  let hedges = "";
  for (const q of quads) {
    const [a, b, c, d] = q;
    ground += `<path d="M${q.map(write).join("L")}z" fill="${fields[Math.floor(random() * fields.length)]}"/>`;
    if (random() < 0.42) {
      const n = 4 + Math.floor(random() * 5);
      for (let i = 1; i < n; i++) furrows += `M${write(between(a, b, i / n))}L${write(between(d, c, i / n))}`;
    }
    for (const [p, r] of [
      [a, b],
      [b, c],
    ]) {
      const middle = between(p, r, 0.5).map((v) => v + (random() - 0.5) * 8);
      hedges += `M${write(p)}Q${write(middle)} ${write(r)}`;
    }
  }
  const line = (d, opacity, width, more = "") =>
    `<path d="${d}" fill="none" stroke="${hedge}" stroke-opacity="${opacity}" stroke-width="${width}"${more}/>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" preserveAspectRatio="xMidYMid slice">` +
    ground +
    line(furrows, 0.13, 1) +
    line(hedges, 0.5, 1.2) +
    line(hedges, 0.8, 4.4, ' stroke-linecap="round" stroke-dasharray="0 6.6"') +
    "</svg>"
  );
}
