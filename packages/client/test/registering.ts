/** A process that registers over QUIC, and says which recovery code it was given. */
import { writeSync } from "node:fs";
import { dial } from "@quicprochat/transport";
import { provision } from "../src/account/provision.ts";
import { whoRegisters } from "./registered.ts";

const [profile = "", invite = "", username = ""] = process.argv.slice(2);
const { vault, recoveryCode } = await provision({ ...whoRegisters, profile, invite, username, dial });
vault.close();
writeSync(1, recoveryCode);
