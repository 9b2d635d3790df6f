/** Tables, and the migrations that lead to them. Hours, never seconds; no row names both an account and a private mailbox. */
import { type Generated, type Kysely, sql } from "kysely";
import { forgetOrder } from "./forget-order.ts";

export type Tables = {
  account: {
    username: string;
    opaque_record: Uint8Array;
    identity: Uint8Array;
    device_list: Uint8Array | null;
    list_counter: bigint | null;
  };
  device: { username: string; device_id: Uint8Array };
  key_package: {
    id: Generated<number>;
    username: string;
    device_id: Uint8Array;
    cipher_suite: number;
    hash: Uint8Array;
    body: Uint8Array;
  };
  /** Hashes of packages that were given away: publishing one again must not give it twice. */
  claimed_package: { username: string; device_id: Uint8Array; hash: Uint8Array; expires_hour: number };
  last_resort: { username: string; device_id: Uint8Array; cipher_suite: number; body: Uint8Array };
  door: { username: string; device_id: Uint8Array; address: Uint8Array; key_hash: Uint8Array | null; open: number };
  /** Private mailboxes, and the queues behind doors; ids are random. `next_cursor` advances in the transaction of the cell. */
  mailbox: {
    id: number;
    address: Uint8Array;
    is_door: number;
    next_cursor: number;
    cells: number;
    keyed_cells: number;
    bytes: number;
  };
  /** `place` is mailbox and cursor: see cell-place.ts. */
  cell: {
    place: number;
    keyed: number;
    bytes: number;
    expires_hour: number;
    body: Uint8Array;
  };
  /** Ids of cells, kept for the whole TTL, fetched or not: the same id at the same address is stored once. */
  message_id: { mailbox: number; id: Uint8Array; expires_hour: number };
  slot: { name: Uint8Array; expires_hour: number; signature: Uint8Array; entry: Uint8Array };
};

type Migration = (db: Kysely<Tables>) => Promise<void>;

/** The database's version is how many of these it has seen. Never change one that was released: add another. */
export const migrations: readonly Migration[] = [createTables, forgetOrder];

async function createTables(db: Kysely<Tables>): Promise<void> {
  await createAccountTables(db);
  await createDeliveryTables(db);
}

async function createAccountTables({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("account")
    .addColumn("username", "text", (column) => column.primaryKey().notNull())
    .addColumn("opaque_record", "blob", (column) => column.notNull())
    .addColumn("identity", "blob", (column) => column.notNull())
    .addColumn("device_list", "blob")
    .addColumn("list_counter", "integer")
    .execute();
  await schema
    .createTable("device")
    .addColumn("username", "text", (column) => column.notNull())
    .addColumn("device_id", "blob", (column) => column.notNull())
    .addPrimaryKeyConstraint("device_key", ["username", "device_id"])
    .execute();
  await schema
    .createTable("key_package")
    .addColumn("id", "integer", (column) => column.primaryKey())
    .addColumn("username", "text", (column) => column.notNull())
    .addColumn("device_id", "blob", (column) => column.notNull())
    .addColumn("cipher_suite", "integer", (column) => column.notNull())
    .addColumn("hash", "blob", (column) => column.notNull())
    .addColumn("body", "blob", (column) => column.notNull())
    .addUniqueConstraint("key_package_hash", ["username", "device_id", "hash"])
    .execute();
  await schema
    .createTable("claimed_package")
    .addColumn("username", "text", (column) => column.notNull())
    .addColumn("device_id", "blob", (column) => column.notNull())
    .addColumn("hash", "blob", (column) => column.notNull())
    .addColumn("expires_hour", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("claimed_package_key", ["username", "device_id", "hash"])
    .execute();
  await schema.createIndex("claimed_package_expiry").on("claimed_package").column("expires_hour").execute();
  await schema
    .createTable("last_resort")
    .addColumn("username", "text", (column) => column.notNull())
    .addColumn("device_id", "blob", (column) => column.notNull())
    .addColumn("cipher_suite", "integer", (column) => column.notNull())
    .addColumn("body", "blob", (column) => column.notNull())
    .addPrimaryKeyConstraint("last_resort_key", ["username", "device_id", "cipher_suite"])
    .execute();
  await schema
    .createTable("door")
    .addColumn("username", "text", (column) => column.notNull())
    .addColumn("device_id", "blob", (column) => column.notNull())
    .addColumn("address", "blob", (column) => column.notNull().unique())
    .addColumn("key_hash", "blob")
    .addColumn("open", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("door_key", ["username", "device_id"])
    .execute();
}

async function createDeliveryTables({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("mailbox")
    .addColumn("id", "integer", (column) => column.primaryKey())
    .addColumn("address", "blob", (column) => column.notNull().unique())
    .addColumn("is_door", "integer", (column) => column.notNull())
    .addColumn("next_cursor", "integer", (column) => column.notNull())
    .addColumn("cells", "integer", (column) => column.notNull())
    .addColumn("keyed_cells", "integer", (column) => column.notNull())
    .addColumn("bytes", "integer", (column) => column.notNull())
    .execute();
  // The small columns come first: counting and expiring read no body.
  await schema
    .createTable("cell")
    .addColumn("mailbox", "integer", (column) => column.notNull())
    .addColumn("cursor", "integer", (column) => column.notNull())
    .addColumn("keyed", "integer", (column) => column.notNull())
    .addColumn("bytes", "integer", (column) => column.notNull())
    .addColumn("expires_hour", "integer", (column) => column.notNull())
    .addColumn("body", "blob", (column) => column.notNull())
    .addPrimaryKeyConstraint("cell_key", ["mailbox", "cursor"])
    .execute();
  await schema.createIndex("cell_expiry").on("cell").column("expires_hour").execute();
  await schema
    .createTable("message_id")
    .addColumn("mailbox", "integer", (column) => column.notNull())
    .addColumn("id", "blob", (column) => column.notNull())
    .addColumn("expires_hour", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("message_id_key", ["mailbox", "id"])
    .modifyEnd(sql`without rowid`)
    .execute();
  await schema.createIndex("message_id_expiry").on("message_id").column("expires_hour").execute();
  await schema
    .createTable("slot")
    .addColumn("name", "blob", (column) => column.primaryKey().notNull())
    .addColumn("expires_hour", "integer", (column) => column.notNull())
    .addColumn("signature", "blob", (column) => column.notNull())
    .addColumn("entry", "blob", (column) => column.notNull())
    .execute();
  await schema.createIndex("slot_expiry").on("slot").column("expires_hour").execute();
}
