/** The KeyPackages of this device whose init keys may open a cell at its door. */
import type { KeyPackage } from "@quicprochat/mls";

export type DoorKey = { readonly reference: Uint8Array; readonly initPrivateKey: Uint8Array };

export type OwnKeyPackage = {
  readonly keyPackage: KeyPackage;
  readonly secrets: { readonly initPrivateKey: Uint8Array; readonly encryptionPrivateKey: Uint8Array };
  readonly lastResort: boolean;
};

export interface DoorKeys {
  /** Of the door. */
  readonly address: Uint8Array;
  candidates(): readonly DoorKey[];
  load(reference: Uint8Array): OwnKeyPackage | undefined;
}
