import { test } from "node:test";
import { liveSmall } from "./runs.ts";

test("small groups live through anything: seeds 101 to 200 (QPC_SEED replays one)", () => liveSmall(101, 100));
