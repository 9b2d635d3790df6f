/** What the server asks of a store. A promise that resolves means: this is on the disk, or was read from it. */
import type { EnqueueOutcome } from "@quicprochat/protocol";
import type { Caps } from "../limits.ts";

/** One device of one account. */
export type DeviceOf = { readonly username: string; readonly deviceId: Uint8Array };

export type Account = {
  readonly username: string;
  /** RFC 9807 RegistrationRecord. */
  readonly opaqueRecord: Uint8Array;
  /** `Identity` and `DeviceList`, serialized; `null` before the first device. */
  readonly identity: Uint8Array;
  readonly deviceList: Uint8Array | null;
};

export type NewDeviceList = {
  readonly username: string;
  readonly deviceList: Uint8Array;
  readonly counter: bigint;
  readonly deviceIds: readonly Uint8Array[];
};

export type PackageToPublish = { readonly hash: Uint8Array; readonly body: Uint8Array };

export type Publication = DeviceOf & {
  readonly cipherSuite: number;
  readonly packages: readonly PackageToPublish[];
  /** `null`: the last resort stays as it is. */
  readonly lastResort: Uint8Array | null;
  readonly stockMax: number;
};

export type Stock = { readonly stock: number; readonly hasLastResort: boolean };

export type Claim = {
  readonly username: string;
  readonly cipherSuite: number;
  /** SHA-256 of the door key that was shown. */
  readonly doorKeyHash: Uint8Array | null;
  /** What stays for those who know the door key. */
  readonly reserve: number;
  /** Until then, publishing a package again that was given does not give it twice. */
  readonly rememberedUntilHour: number;
};

export type ClaimedPackage = {
  readonly deviceId: Uint8Array;
  readonly body: Uint8Array;
  readonly lastResort: boolean;
};

export type ClaimOutcome =
  | {
      readonly kind: "claimed";
      readonly identity: Uint8Array;
      readonly deviceList: Uint8Array;
      /** One for each device of the account. */
      readonly packages: readonly ClaimedPackage[];
    }
  | { readonly kind: "none" };

export type Door = DeviceOf & {
  readonly address: Uint8Array;
  readonly keyHash: Uint8Array | null;
  /** Whether the lane for strangers takes cells. */
  readonly open: boolean;
};

export type EnqueueItem = {
  readonly id: Uint8Array;
  readonly address: Uint8Array;
  readonly doorKeyHash: Uint8Array | null;
};

export type Enqueue = {
  readonly to: "mailboxes" | "doors";
  readonly items: readonly EnqueueItem[];
  readonly body: Uint8Array;
  readonly expiresHour: number;
  readonly caps: Caps;
};

export type Fetch = {
  readonly address: Uint8Array;
  /** Cells behind this one. */
  readonly cursor: number;
  readonly cellsMax: number;
  /** One cell is given, however large. */
  readonly bytesMax: number;
  readonly hour: number;
};

export type Fetched = {
  readonly cells: readonly { readonly cursor: number; readonly body: Uint8Array }[];
  readonly more: boolean;
};

export type SlotEntry = { readonly entry: Uint8Array; readonly signature: Uint8Array };
export type SlotPut = SlotEntry & { readonly name: Uint8Array; readonly expiresHour: number };
export type SlotOutcome = { readonly kind: "won" } | ({ readonly kind: "taken" } & SlotEntry);

export type Upkeep = { readonly hour: number; readonly rowsMax: number; readonly pagesMax: number };

/** Every method may throw `ServerError("unavailable")`; nothing of that operation was stored then. */
export interface Store extends AsyncDisposable {
  /** Both for a new account and for the very same one again. */
  createAccount(account: Omit<Account, "deviceList">): Promise<"created" | "name_taken">;
  account(username: string): Promise<Account | null>;
  accountCount(): Promise<number>;
  /** Takes packages, door and cells of devices that are no longer listed. `stale`: not newer than the stored list, and another. */
  putDeviceList(list: NewDeviceList): Promise<"stored" | "stale">;

  /** A package that is or was there already does not count. `quota`: nothing was published. */
  publishKeyPackages(publication: Publication): Promise<{ kind: "published"; stock: number } | { kind: "quota" }>;
  keyPackageStock(device: DeviceOf): Promise<Stock>;
  /** A package is given once; all devices of the account, or none. */
  claimKeyPackages(claim: Claim): Promise<ClaimOutcome>;

  /** Makes or changes the device's door; waiting cells stay. */
  putDoor(door: Door): Promise<"stored" | "address_taken">;
  doorAddress(device: DeviceOf): Promise<Uint8Array | null>;

  /** Also when it is there already. */
  createMailbox(address: Uint8Array): Promise<"created" | "address_taken">;
  /** Whether this is a private mailbox. */
  hasMailbox(address: Uint8Array): Promise<boolean>;
  /** With all that is in it. */
  closeMailbox(address: Uint8Array): Promise<void>;

  /** One outcome for each item. */
  enqueue(enqueue: Enqueue): Promise<readonly EnqueueOutcome[]>;
  /** `null`: no such mailbox or door. */
  fetch(fetch: Fetch): Promise<Fetched | null>;
  /** Deletes up to and with the cursor. `false`: no such mailbox or door. */
  acknowledge(read: { readonly address: Uint8Array; readonly cursor: number }): Promise<boolean>;

  /** Cells in all mailboxes and doors. */
  cellCount(): Promise<number>;

  putSlot(slot: SlotPut): Promise<SlotOutcome>;
  slot(name: Uint8Array): Promise<SlotEntry | null>;

  /** One step: deletes what has expired and gives space back; `true` while there is more to do. */
  upkeep(upkeep: Upkeep): Promise<boolean>;
}
