/** Finding equal public keys among many: their first bytes tell almost all apart. */
import { equalBytes } from "@quicprochat/bytes";

export class KeyIndex<Owner> {
  readonly #byPrefix = new Map<number, { readonly key: Uint8Array; readonly owner: Owner }[]>();

  add(key: Uint8Array, owner: Owner): void {
    const prefix = prefixOf(key);
    const entries = this.#byPrefix.get(prefix);
    if (entries === undefined) this.#byPrefix.set(prefix, [{ key, owner }]);
    else entries.push({ key, owner });
  }

  /** The owners of that key. */
  ownersOf(key: Uint8Array): readonly Owner[] {
    const entries = this.#byPrefix.get(prefixOf(key));
    if (entries === undefined) return NONE;
    return entries.filter((entry) => equalBytes(entry.key, key)).map(({ owner }) => owner);
  }
}

const NONE: readonly never[] = [];

const prefixOf = (key: Uint8Array): number =>
  ((key[0] ?? 0) << 24) | ((key[1] ?? 0) << 16) | ((key[2] ?? 0) << 8) | (key[3] ?? 0);
