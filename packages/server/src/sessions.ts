/** Connections by the device that is logged in on them, so that a revoked device loses its own at once. */
import { toHex } from "@quicprochat/bytes";
import { closeCodes } from "@quicprochat/rpc";
import type { Peer } from "./peer.ts";
import type { DeviceOf } from "./store/store.ts";

export class Sessions {
  readonly #byUsername = new Map<string, Set<Peer>>();

  open(peer: Peer, device: DeviceOf): void {
    this.forget(peer);
    peer.session = device;
    const peers = this.#byUsername.get(device.username) ?? new Set<Peer>();
    peers.add(peer);
    this.#byUsername.set(device.username, peers);
  }

  forget(peer: Peer): void {
    const { session } = peer;
    if (session === undefined) return;
    const peers = this.#byUsername.get(session.username);
    peers?.delete(peer);
    if (peers?.size === 0) this.#byUsername.delete(session.username);
    peer.session = undefined;
  }

  /** How many connections have a session. */
  get size(): number {
    return [...this.#byUsername.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Closes the connections of all devices of the account but these. */
  closeOthers(username: string, deviceIds: readonly Uint8Array[]): void {
    const listed = new Set(deviceIds.map(toHex));
    for (const peer of this.#byUsername.get(username) ?? []) {
      if (peer.session === undefined || listed.has(toHex(peer.session.deviceId))) continue;
      this.forget(peer);
      peer.connection.close(closeCodes.revoked, "this device is not listed any more");
    }
  }
}
