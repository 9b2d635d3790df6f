/** Looks for bytes in folders and in the memory of a running process. */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";

/** The files below `directory` that contain `needle`. */
export function filesWith(directory: string, needle: Uint8Array): string[] {
  const hits: string[] = [];
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && readFileSync(path).includes(needle)) hits.push(path);
  }
  return hits;
}

const CHUNK_BYTES = 16 * 1024 * 1024;

/** How many readable memory regions of a process (Linux) hold each needle, and how much memory was searched. */
export function memoryWith(pid: number, needles: readonly Uint8Array[]): { hits: number[]; bytes: number } {
  const hits = needles.map(() => 0);
  let bytes = 0;
  const memory = openSync(`/proc/${pid}/mem`, "r");
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")) {
      const match = /^([0-9a-f]+)-([0-9a-f]+) r/.exec(line);
      if (match?.[1] === undefined || match[2] === undefined || /\[v(var|syscall|dso)/.test(line)) continue;
      const region = readRegion(memory, BigInt(`0x${match[1]}`), BigInt(`0x${match[2]}`));
      bytes += region.length;
      for (const [index, needle] of needles.entries())
        if (region.includes(needle)) hits[index] = (hits[index] ?? 0) + 1;
    }
  } finally {
    closeSync(memory);
  }
  return { hits, bytes };
}

function readRegion(memory: number, start: bigint, end: bigint): Buffer {
  const chunks: Buffer[] = [];
  for (let at = start; at < end; ) {
    const chunk = Buffer.alloc(Number(end - at > BigInt(CHUNK_BYTES) ? BigInt(CHUNK_BYTES) : end - at));
    let read = 0;
    try {
      read = readSync(memory, chunk, { position: at });
    } catch {
      break; // a guard page, or memory that went away meanwhile
    }
    if (read === 0) break;
    chunks.push(chunk.subarray(0, read));
    at += BigInt(read);
  }
  return Buffer.concat(chunks);
}
