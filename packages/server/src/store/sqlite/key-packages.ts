/** KeyPackages: published once, given once. */
import type { DatabaseSync } from "node:sqlite";
import type { Claim, ClaimedPackage, DeviceOf, PackageToPublish, Store } from "../store.ts";
import { blob, blobOrNull, integer } from "./columns.ts";
import type { Operation } from "./operation.ts";

export function keyPackageOperations(sqlite: DatabaseSync) {
  const stockOf = sqlite.prepare("SELECT count(*) AS stock FROM key_package WHERE username = ? AND device_id = ?");
  const known = sqlite.prepare(
    "SELECT 1 FROM key_package WHERE username = ?1 AND device_id = ?2 AND hash = ?3 " +
      "UNION ALL SELECT 1 FROM claimed_package WHERE username = ?1 AND device_id = ?2 AND hash = ?3",
  );
  const insert = sqlite.prepare(
    "INSERT INTO key_package (username, device_id, cipher_suite, hash, body) VALUES (?, ?, ?, ?, ?)",
  );
  const putLastResort = sqlite.prepare(
    "INSERT INTO last_resort (username, device_id, cipher_suite, body) VALUES (?, ?, ?, ?) " +
      "ON CONFLICT (username, device_id, cipher_suite) DO UPDATE SET body = excluded.body",
  );
  const findLastResort = sqlite.prepare("SELECT 1 FROM last_resort WHERE username = ? AND device_id = ?");

  const stock = ({ username, deviceId }: DeviceOf): number => integer(stockOf.get(username, deviceId) ?? {}, "stock");

  const publishKeyPackages: Operation<Store["publishKeyPackages"]> = (publication) => {
    const { username, deviceId, cipherSuite, packages, lastResort, stockMax } = publication;
    const fresh = distinct(packages).filter(({ hash }) => known.get(username, deviceId, hash) === undefined);
    if (stock(publication) + fresh.length > stockMax) return { kind: "quota" };
    for (const { hash, body } of fresh) insert.run(username, deviceId, cipherSuite, hash, body);
    if (lastResort !== null) putLastResort.run(username, deviceId, cipherSuite, lastResort);
    return { kind: "published", stock: stock(publication) };
  };

  const keyPackageStock: Operation<Store["keyPackageStock"]> = (device) => {
    const { username, deviceId } = device;
    return { stock: stock(device), hasLastResort: findLastResort.get(username, deviceId) !== undefined };
  };

  return { publishKeyPackages, keyPackageStock, ...claimOperations(sqlite) };
}

function claimOperations(sqlite: DatabaseSync) {
  const findAccount = sqlite.prepare("SELECT identity, device_list FROM account WHERE username = ?");
  const findDevices = sqlite.prepare(
    "SELECT device_id, door.key_hash, (SELECT count(*) FROM key_package p WHERE p.username = device.username " +
      "AND p.device_id = device.device_id AND p.cipher_suite = ?2) AS stock " +
      "FROM device LEFT JOIN door USING (username, device_id) WHERE username = ?1 ORDER BY device_id",
  );
  const takeOne = sqlite.prepare(
    "DELETE FROM key_package WHERE id = (SELECT id FROM key_package WHERE username = ? AND device_id = ? AND cipher_suite = ? " +
      "ORDER BY id LIMIT 1) RETURNING hash, body",
  );
  const remember = sqlite.prepare(
    "INSERT INTO claimed_package (username, device_id, hash, expires_hour) VALUES (?, ?, ?, ?)",
  );
  const findLastResort = sqlite.prepare(
    "SELECT body FROM last_resort WHERE username = ? AND device_id = ? AND cipher_suite = ?",
  );

  const claimKeyPackages: Operation<Store["claimKeyPackages"]> = (claim) => {
    const { username, cipherSuite, doorKeyHash, reserve } = claim;
    const account = findAccount.get(username);
    const deviceList = account === undefined ? null : blobOrNull(account, "device_list");
    if (account === undefined || deviceList === null) return { kind: "none" };
    const plan = findDevices.all(username, cipherSuite).map((row) => {
      const keyHash = blobOrNull(row, "key_hash");
      const keyed = keyHash !== null && doorKeyHash !== null && Buffer.compare(keyHash, doorKeyHash) === 0;
      const deviceId = blob(row, "device_id");
      const lastResort = findLastResort.get(username, deviceId, cipherSuite);
      return { deviceId, oneTime: integer(row, "stock") > (keyed ? 0 : reserve), lastResort };
    });
    // All or none: nothing is taken before it is certain that every device has one.
    if (plan.length === 0 || plan.some(({ oneTime, lastResort }) => !oneTime && lastResort === undefined)) {
      return { kind: "none" };
    }
    const packages = plan.map(({ deviceId, oneTime, lastResort }): ClaimedPackage => {
      if (oneTime) return { deviceId, body: take(claim, deviceId), lastResort: false };
      return { deviceId, body: blob(lastResort ?? {}, "body"), lastResort: true };
    });
    return { kind: "claimed", identity: blob(account, "identity"), deviceList, packages };
  };

  function take({ username, cipherSuite, rememberedUntilHour }: Claim, deviceId: Uint8Array): Uint8Array {
    const row = takeOne.get(username, deviceId, cipherSuite) ?? {};
    remember.run(username, deviceId, blob(row, "hash"), rememberedUntilHour);
    return blob(row, "body");
  }

  return { claimKeyPackages };
}

function distinct(packages: readonly PackageToPublish[]): PackageToPublish[] {
  const byHash = new Map(packages.map((one) => [Buffer.from(one.hash).toString("hex"), one]));
  return [...byHash.values()];
}
