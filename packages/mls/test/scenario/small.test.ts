import { test } from "node:test";
import { liveSmall } from "./runs.ts";

test("small groups live through anything: seeds 1 to 100 (QPC_SEED replays one)", () => liveSmall(1, 100));
