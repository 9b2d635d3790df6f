/** The keys of scopes, such as one for each group: replaced with each epoch, so that what it sealed before is lost. */
import { toHex } from "@quicprochat/bytes";
import { type Random, Secret } from "@quicprochat/crypto";
import { openRecord, sealRecord } from "./record-seal.ts";
import { vaultFailure } from "./vault-failure.ts";
import type { VaultFile } from "./vault-file.ts";

const KEY_BYTES = 32;

type Under = { readonly file: VaultFile; readonly recordKey: Secret; readonly random: Random };

export class ScopeKeys implements Disposable {
  readonly #under: Under;
  readonly #keys = new Map<string, Secret>();

  constructor(under: Under) {
    this.#under = under;
  }

  /** `undefined` when there is none (any more). */
  get(id: Uint8Array): Secret | undefined {
    const known = this.#keys.get(toHex(id));
    if (known !== undefined) return known;
    const { file, recordKey } = this.#under;
    const sealed = file.scope(id);
    if (sealed === undefined) return undefined;
    const key = openRecord({ key: recordKey.bytes, row: id }, sealed);
    if (key === undefined) throw vaultFailure("vault_damaged");
    return this.#keep(id, key);
  }

  create(id: Uint8Array): Secret {
    const { file, recordKey, random } = this.#under;
    const key = random(KEY_BYTES);
    file.putScope(id, sealRecord({ key: recordKey.bytes, row: id }, key, random));
    return this.#keep(id, key);
  }

  /** Seals what lies under it anew. */
  renew(id: Uint8Array): void {
    const { file, random } = this.#under;
    const before = this.get(id);
    if (before === undefined) return;
    // A copy: `create` erases the one that is kept.
    using old = new Secret(before.bytes.slice());
    const key = this.create(id);
    for (const { row, sealed } of file.rowsUnder(id)) {
      const plaintext = openRecord({ key: old.bytes, row }, sealed);
      if (plaintext === undefined) throw vaultFailure("vault_damaged");
      file.reseal({ row, sealed: sealRecord({ key: key.bytes, row }, plaintext, random) });
    }
  }

  forget(id: Uint8Array): void {
    this.#under.file.deleteScope(id);
    this.#drop(id);
  }

  /** After a step that was taken back. */
  clear(): void {
    for (const key of this.#keys.values()) key.erase();
    this.#keys.clear();
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  #keep(id: Uint8Array, bytes: Uint8Array): Secret {
    this.#drop(id);
    const key = new Secret(bytes);
    this.#keys.set(toHex(id), key);
    return key;
  }

  #drop(id: Uint8Array): void {
    this.#keys.get(toHex(id))?.erase();
    this.#keys.delete(toHex(id));
  }
}
