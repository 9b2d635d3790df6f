/** Protection that protects nothing: mutated packets reach the frames, and benches measure the transport alone. */
import type { CipherProvider, PacketProtector } from "../src/index.ts";

const protector: PacketProtector = {
  seal() {},
  open: () => true,
  headerMask(_buffer, _sampleAt, mask) {
    mask.fill(0);
  },
  next: () => protector,
  free() {},
};

export const nullCipherProvider: CipherProvider = { packetProtector: () => protector };
