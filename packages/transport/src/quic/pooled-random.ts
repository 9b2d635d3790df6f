/** The system's random bytes, asked for in large pieces: QUIC wants a few at a time, often. */
import { type Random, systemRandom } from "@quicprochat/crypto";

const POOL_BYTES = 4_096;

/** No byte is given out twice, and none is kept once given. */
export function pooledRandom(): Random {
  let pool: Uint8Array = new Uint8Array(0);
  return (length) => {
    if (length > POOL_BYTES / 16) return systemRandom(length);
    if (pool.length < length) pool = systemRandom(POOL_BYTES);
    const bytes = pool.slice(0, length);
    pool.fill(0, 0, length);
    pool = pool.subarray(length);
    return bytes;
  };
}
