// The message from the kernel (frames.py), unpacked into typed arrays.

const ARRAYS = { u1: Uint8Array, u2: Uint16Array, i4: Int32Array, f8: Float64Array };

async function inflate(view) {
  const bytes = view instanceof DataView ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : new Uint8Array(view);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const columns = {};
  let start = 4 + length;
  for (const [name, code, count] of header.columns) {
    columns[name] = new ARRAYS[code](buffer, start, count);
    start += Math.ceil((count * ARRAYS[code].BYTES_PER_ELEMENT) / 8) * 8;
  }
  return { header, columns };
}

// A growing column: append copies, reading is a plain typed array.
const joined = (Type, old, more) => {
  const all = new Type((old ? old.length : 0) + more.length);
  if (old) all.set(old);
  all.set(more, old ? old.length : 0);
  return all;
};
