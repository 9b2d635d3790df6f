import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../examples", import.meta.url));
const examples: Readonly<Record<string, () => Promise<unknown>>> = {
  "01-create.ts": () => import("../examples/01-create.ts"),
  "02-invite.ts": () => import("../examples/02-invite.ts"),
  "03-talk.ts": () => import("../examples/03-talk.ts"),
  "04-update.ts": () => import("../examples/04-update.ts"),
  "05-remove.ts": () => import("../examples/05-remove.ts"),
  "06-resync.ts": () => import("../examples/06-resync.ts"),
  "07-reinit.ts": () => import("../examples/07-reinit.ts"),
};

test("every example is run here", () => {
  assert.deepEqual(globSync("*.ts", { cwd: folder }).sort(), Object.keys(examples));
});

for (const [name, run] of Object.entries(examples)) {
  test(`example ${name} holds what it says`, async () => {
    await run();
  });
}
