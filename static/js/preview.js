// In a preview the reading page asks nobody: this answers for the server, with phantoms for images.
(() => {
  const data = document.getElementById("preview");
  if (!data) return;
  const state = JSON.parse(data.textContent);
  const json = (body) => new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });

  // An ellipse on a dark ground, other in each image and frame: nothing to be recognised.
  const phantom = (image) => {
    const { width, height, channels, frames, bits } = image;
    const size = width * height * channels;
    const all = bits > 8 ? new Uint16Array(size * frames) : new Uint8Array(size * frames);
    const white = 2 ** bits - 1;
    const turn = image.slot.charCodeAt(0) * 0.7;
    for (let frame = 0; frame < frames; frame++) {
      const grow = 0.3 + 0.1 * Math.sin(turn + (frame / frames) * Math.PI);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const dx = (x / width - 0.5) / grow;
          const dy = (y / height - 0.5) / (grow * 1.3);
          const inside = Math.max(0, 1 - dx * dx - dy * dy);
          const grain = ((x * 7919 + y * 104729 + frame * 31) % 97) / 970;
          const grey = white * Math.min(1, 0.08 + 0.6 * Math.sqrt(inside) + 0.1 * Math.sin(turn + dx * 3) + grain);
          const at = frame * size + (y * width + x) * channels;
          all.fill(Math.max(0, grey), at, at + channels);
        }
      }
    }
    return new Uint8Array(all.buffer);
  };

  const pixels = (image, asked) => {
    const bytes = phantom(image);
    const range = asked?.match(/^bytes=(\d+)-(\d*)$/);
    if (!range) return new Response(bytes);
    const [from, to] = [Number(range[1]), range[2] ? Number(range[2]) + 1 : bytes.length];
    return new Response(bytes.slice(from, to), { status: 206 });
  };

  // The next trial is the same one again.
  const onward = () => {
    const { number } = state.current;
    state.section.answered = number % state.section.total;
    state.current = { ...state.current, token: `p${Date.now()}`, number: state.section.answered + 1 };
    return state;
  };

  window.fetch = async (url, init = {}) => {
    const path = String(url);
    const image = state.current.images.find((one) => one.url === path);
    if (image) return pixels(image, new Headers(init.headers).get("Range"));
    if (path.endsWith("/state")) return json(state);
    if (path.endsWith("/response")) return json({ accepted: JSON.parse(init.body).client_uuid, state: onward() });
    if (path.endsWith("/feedback")) return json({ sentence: "…", correct: null });
    return new Response(null, { status: 204 });
  };
})();
