/** Stretches passwords off the main thread: Argon2id in OPAQUE takes a third of a second. */
import { parentPort, workerData } from "node:worker_threads";
import { client, ready } from "@serenity-kit/opaque";
import type { OpaqueWork } from "./opaque-client.ts";

await ready;
const work: OpaqueWork = workerData;
parentPort?.postMessage(
  work.kind === "registration" ? client.finishRegistration(work.params) : client.finishLogin(work.params),
);
