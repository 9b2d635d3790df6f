/** A folder that goes when its test ends, and stores in it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../src/limits.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import type { Store } from "../src/store/store.ts";

export class Scratch implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "qpc-server-"));

  file(name: string): string {
    return join(this.path, name);
  }

  store(): Promise<Store> {
    return openSqliteStore({ path: this.file("server.db"), limits });
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
