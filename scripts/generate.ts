/** Regenerates TypeScript from the .proto files: `npm run generate`. The result is committed. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

for (const name of ["protocol", "client"]) {
  const source = `packages/${name}/proto`;
  if (!existsSync(`${root}${source}/qpc`)) continue;
  const template = JSON.stringify({
    version: "v2",
    clean: true,
    plugins: [{ local: "protoc-gen-es", out: `packages/${name}/src/gen`, opt: ["target=ts", "import_extension=ts"] }],
  });
  const path = `${root}node_modules/.bin:${process.env["PATH"] ?? ""}`;
  const { status } = spawnSync("buf", ["generate", source, "--template", template], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH: path },
  });
  if (status !== 0) process.exit(status ?? 1);
}
