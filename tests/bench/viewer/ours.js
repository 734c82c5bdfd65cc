// Four viewports of our viewer behind the interface that bench_viewer.py drives.
import { asPicture, Viewer } from "/static/viewer/dist/viewer.js";

const known = new Map();
let viewer;

export function start(elements) {
  viewer = new Viewer();
  window.viewer = viewer;
  viewer.setPorts(elements);
  return viewer.kind;
}

function picture(url, shape) {
  const white = 2 ** shape.bits - 1;
  if (!known.has(url)) {
    const window = { center: white / 2, width: white };
    known.set(
      url,
      fetch(url)
        .then((answer) => answer.arrayBuffer())
        .then((buffer) => asPicture(buffer, { ...shape, window })),
    );
  }
  return known.get(url);
}

export async function prefetch(urls, shape) {
  const pictures = await Promise.all(urls.map((url) => picture(url, shape)));
  pictures.forEach((picture, i) => viewer.prepare(i, picture));
}

export async function show(urls, shape) {
  const pictures = await Promise.all(urls.map((url) => picture(url, shape)));
  for (const url of known.keys()) if (!urls.includes(url)) known.delete(url);
  const painted = new Promise((done) => {
    viewer.onFirstPaint(done);
    viewer.load(pictures);
  });
  await painted;
}

export function windowTo(center, width) {
  viewer.setWindow(0, { center, width });
}
