/** What a server does for the engine, in memory: mailboxes, doors, slots and KeyPackages, with real receipts. */
import { create } from "@bufbuild/protobuf";
import { toHex } from "@quicprochat/bytes";
import { generateSigningKeyPair, type Random, type SigningKeyPair, sha256 } from "@quicprochat/crypto";
import {
  ClaimedKeyPackageSchema,
  type DeviceList,
  FetchedCellSchema,
  type FetchResponse,
  FetchResponseSchema,
  type Identity,
  type KeyPackageClaimResponse,
  KeyPackageClaimResponseSchema,
  type LookUpResponse,
  LookUpResponseSchema,
  RefusalError,
  type SlotEntry,
  SlotEntrySchema,
  type SlotPutResponse,
  SlotPutResponseSchema,
  signReceipt,
  verifySlot,
} from "@quicprochat/protocol";
import type { CellOutcome, Network, Source } from "../src/effects/network.ts";

type Box = { last: bigint; readonly seen: Set<string>; cells: { cursor: bigint; body: Uint8Array }[]; door: boolean };
type Published = { readonly identity: Identity; readonly devices: DeviceList; readonly packages: Uint8Array[] };

export class MemoryServer {
  readonly serverId: Uint8Array;
  readonly statementKey: SigningKeyPair;
  readonly accounts = new Map<string, Published>();
  /** Messages of all stored cells and entries, to search in. */
  readonly stored: Uint8Array[] = [];
  /** Names that it cannot look up now, and those that it has. */
  readonly unavailable = new Set<string>();
  readonly lookedUp: string[] = [];
  readonly #boxes = new Map<string, Box>();
  readonly #slots = new Map<string, SlotEntry>();
  /** Addresses that are full, and those whose cells are refused for good. */
  readonly full = new Set<string>();
  readonly refusing = new Set<string>();

  constructor(random: Random) {
    this.serverId = random(32);
    this.statementKey = generateSigningKeyPair(random);
  }

  openBox(address: Uint8Array, { door }: { readonly door: boolean }): void {
    this.#boxes.set(toHex(address), { last: 0n, seen: new Set(), cells: [], door });
  }

  waiting(address: Uint8Array): number {
    return this.#boxes.get(toHex(address))?.cells.length ?? 0;
  }

  /** As if what waits there had been lost. */
  empty(address: Uint8Array): void {
    const box = this.#boxes.get(toHex(address));
    if (box !== undefined) box.cells = [];
  }

  /** The server as one client sees it. `fault` is called before and after each call and may throw. */
  connect(door: Uint8Array, fault: () => void): Network {
    const around = async <T>(work: () => T): Promise<T> => {
      await new Promise((resolve) => setImmediate(resolve));
      fault();
      const result = work();
      await new Promise((resolve) => setImmediate(resolve));
      fault();
      return result;
    };
    return {
      enqueue: async (rows, onOutcome) => {
        for (const [at, row] of rows.entries()) onOutcome(at, await around(() => this.#enqueue(row)));
      },
      putSlot: ({ slotName, entry, signature }) => around(() => this.#put(slotName, entry, signature)),
      walkSlots: async (first, next) => {
        for (let name: Uint8Array | undefined = first; name !== undefined; ) {
          const wanted = toHex(name);
          name = next(await around(() => this.#slots.get(wanted)));
        }
      },
      claim: (username) => around(() => this.#claim(username)),
      lookUp: (username) => around(() => this.#lookUp(username)),
      fetch: (source, cursor) => around(() => this.#fetch(addressOf(source, door), cursor)),
      acknowledge: (source, cursor) => around(() => this.#acknowledge(addressOf(source, door), cursor)),
    };
  }

  #enqueue(row: { id: Uint8Array; address: Uint8Array; door: boolean; cell: Uint8Array }): CellOutcome {
    const box = this.#boxes.get(toHex(row.address));
    if (box === undefined || box.door !== row.door) return "mailbox_unknown";
    if ((row.door && row.cell.length < 4_096) || this.refusing.has(toHex(row.address))) return "refused";
    if (box.seen.has(toHex(row.id))) return "stored";
    if (this.full.has(toHex(row.address))) return "mailbox_full";
    box.seen.add(toHex(row.id));
    box.last++;
    box.cells.push({ cursor: box.last, body: row.cell.slice() });
    this.stored.push(row.cell.slice());
    return "stored";
  }

  #put(name: Uint8Array, entry: Uint8Array, signature: Uint8Array): SlotPutResponse {
    if (!verifySlot(name, entry, signature)) throw new RefusalError("bad_proof");
    const receipt = signReceipt(this.statementKey, name, sha256(entry));
    const first = this.#slots.get(toHex(name));
    if (first !== undefined && toHex(first.entry) !== toHex(entry)) {
      return create(SlotPutResponseSchema, { outcome: { case: "taken", value: first } });
    }
    this.#slots.set(toHex(name), create(SlotEntrySchema, { entry: entry.slice(), signature, receipt }));
    this.stored.push(entry.slice());
    return create(SlotPutResponseSchema, { outcome: { case: "won", value: receipt } });
  }

  #claim(username: string): KeyPackageClaimResponse {
    const account = this.accounts.get(username);
    const body = account?.packages.shift();
    const [device] = account?.devices.devices ?? [];
    if (account === undefined || body === undefined || device === undefined) throw new RefusalError("no_package");
    const claimed = create(ClaimedKeyPackageSchema, { deviceId: device.id, keyPackage: body });
    const { identity, devices } = account;
    return create(KeyPackageClaimResponseSchema, { identity, devices, keyPackages: [claimed] });
  }

  #lookUp(username: string): LookUpResponse {
    if (this.unavailable.has(username)) throw new RefusalError("unavailable");
    const account = this.accounts.get(username);
    if (account === undefined) throw new RefusalError("no_package");
    this.lookedUp.push(username);
    const { identity, devices } = account;
    return create(LookUpResponseSchema, { identity, devices });
  }

  #fetch(address: Uint8Array, cursor: bigint): FetchResponse {
    const behind = (this.#boxes.get(toHex(address))?.cells ?? []).filter((cell) => cell.cursor > cursor);
    const cells = behind.slice(0, 4).map((cell) => create(FetchedCellSchema, cell));
    return create(FetchResponseSchema, { cells, more: behind.length > cells.length });
  }

  #acknowledge(address: Uint8Array, cursor: bigint): void {
    const box = this.#boxes.get(toHex(address));
    if (box !== undefined) box.cells = box.cells.filter((cell) => cell.cursor > cursor);
  }
}

const addressOf = (source: Source, door: Uint8Array): Uint8Array => (source.kind === "door" ? door : source.address);
