// Reads what the tests need of a zip: the text of one file in it.

import { inflateRawSync } from "node:zlib";

const CENTRAL = 0x02014b50;
const END = 0x06054b50;

/** The text of the file called `name`. */
export function textIn(zip: Buffer, name: string): string {
  const end = zip.lastIndexOf(Buffer.from(Uint32Array.of(END).buffer));
  if (end < 0) throw new Error("This is no zip.");
  let at = zip.readUInt32LE(end + 16);
  while (zip.readUInt32LE(at) === CENTRAL) {
    const [names, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const found = zip.toString("utf8", at + 46, at + 46 + (names ?? 0));
    if (found === name) return content(zip, at);
    at += 46 + (names ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  throw new Error(`There is no ${name} in the zip.`);
}

function content(zip: Buffer, central: number): string {
  const isDeflated = zip.readUInt16LE(central + 10) === 8;
  const size = zip.readUInt32LE(central + 20);
  const local = zip.readUInt32LE(central + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const bytes = zip.subarray(start, start + size);
  return (isDeflated ? inflateRawSync(bytes) : bytes).toString("utf8");
}
