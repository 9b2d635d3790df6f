/** What makes a fresh connection useful: a session and the door on `account`, the mailbox on `receive`. */
import type { Connection } from "@quicprochat/connection";
import { sha256 } from "@quicprochat/crypto";
import {
  methods,
  RefusalError,
  sessionExporter,
  signMailboxCreate,
  signMailboxRead,
  signSession,
} from "@quicprochat/protocol";
import type { Account } from "../account/account.ts";
import type { Caller } from "./connection-call.ts";

/** A connection that has said hello. */
export type Fresh = { readonly connection: Connection; readonly call: Caller };

/** `serverId`: of the server as it is now. */
type SessionKeys = Pick<Account, "serverId" | "username" | "deviceId" | "sessionKeyPair">;

/** Proves this device's session key on this very connection. */
export async function openSession({ connection, call }: Fresh, keys: SessionKeys): Promise<void> {
  const { serverId, username, deviceId, sessionKeyPair } = keys;
  const exporter = connection.exportKey(sessionExporter);
  const session = { serverId, username, deviceId, exporter };
  const signature = signSession(sessionKeyPair.privateKey, session);
  await call(methods.sessionOpen, { username, deviceId, signature });
}

/** Makes the door, or finds it as it is. */
export async function putDoor(call: Caller, { address, key }: Account["door"]): Promise<void> {
  await call(methods.doorPut, { address, doorKeyHash: sha256(key), open: true });
}

export async function subscribeDoor(call: Caller, door: Account["door"]): Promise<void> {
  await makingIfUnknown(
    () => call(methods.doorSubscribe, {}),
    () => putDoor(call, door),
  );
}

type Mailbox = Account["mailbox"];

/** Makes the mailbox, or finds it as it is. */
export async function createMailbox({ connection, call }: Fresh, { readerKeyPair }: Mailbox): Promise<void> {
  const exporter = connection.exportKey(sessionExporter);
  const signature = signMailboxCreate(readerKeyPair.privateKey, exporter);
  await call(methods.mailboxCreate, { readerKey: readerKeyPair.publicKey, signature });
}

export async function attachMailbox(fresh: Fresh, mailbox: Mailbox): Promise<void> {
  const { connection, call } = fresh;
  const { address, readerKeyPair } = mailbox;
  const exporter = connection.exportKey(sessionExporter);
  const signature = signMailboxRead(readerKeyPair.privateKey, address, exporter);
  await makingIfUnknown(
    () => call(methods.mailboxAttach, { readerKey: readerKeyPair.publicKey, signature }),
    () => createMailbox(fresh, mailbox),
  );
  await call(methods.mailboxSubscribe, { address });
}

/** A server that has lost or never made it gets it made, once. */
async function makingIfUnknown(use: () => Promise<unknown>, make: () => Promise<unknown>): Promise<void> {
  try {
    await use();
  } catch (error) {
    if (!(error instanceof RefusalError) || error.code !== "mailbox_unknown") throw error;
    await make();
    await use();
  }
}
