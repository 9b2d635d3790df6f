/** The architecture of ARCHITECTURE.md as rules: who may import whom. `scripts/architecture.ts` runs them. */
import { Visitor } from "@swc/core/Visitor.js";

// The visitor of @swc/core 1.16 stops at `using` declarations, which its parser reads.
const { visitStatement } = Visitor.prototype;
Visitor.prototype.visitStatement = function (statement) {
  if (statement.type !== "UsingDeclaration") return visitStatement.call(this, statement);
  this.visitVariableDeclarators(statement.decls);
  return statement;
};

/** Each package, and what it may import besides itself. */
const mayImport = {
  bytes: [],
  connection: ["bytes"],
  crypto: ["bytes"],
  mls: ["bytes", "crypto"],
  protocol: ["bytes", "crypto"],
  quic: ["bytes", "crypto", "connection"],
  tls: ["bytes", "crypto", "quic"],
  udp: ["bytes"],
  rpc: ["bytes", "connection", "crypto", "protocol"],
  transport: ["bytes", "connection", "crypto", "quic", "tls", "udp"],
  server: ["bytes", "connection", "crypto", "protocol", "rpc", "transport"],
  client: ["bytes", "connection", "crypto", "mls", "protocol", "rpc", "transport"],
  cli: ["bytes", "client", "crypto", "protocol", "transport"],
};

/** Packages that are functions of their arguments: no files, sockets, processes or clocks of the system. */
const pure = ["bytes", "connection", "crypto", "mls", "protocol", "quic", "rpc"];
const inputOutput =
  "^(node:)?(fs|net|dgram|tls|http|https|http2|child_process|cluster|os|process|readline|sqlite|ffi|quic|dns|worker_threads)(/|$)";

/** Tests, benches and soaks may start anything: a client's tests need a server. */
const trial = "\\.test\\.ts$|^packages/[^/]+/(test|bench|soak)/";
/** The two commands of `cli` that see server and client at once. */
const serverCommands = "^packages/cli/src/commands/(server|start)";

const oneWay = Object.entries(mayImport).map(([name, others]) => ({
  name: `${name}-imports-only-what-is-below`,
  severity: "error",
  from: { path: `^packages/${name}/`, pathNot: name === "cli" ? `${trial}|${serverCommands}` : trial },
  to: { path: "^packages/", pathNot: `^packages/(${[name, ...others].join("|")})/` },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...oneWay,
    {
      name: "every-package-has-a-rule",
      severity: "error",
      from: { path: "^packages/", pathNot: `^packages/(${Object.keys(mayImport).join("|")})/` },
      to: {},
    },
    {
      name: "server-commands-see-both-ends-only",
      severity: "error",
      from: { path: serverCommands },
      to: { path: "^packages/", pathNot: `^packages/(cli|server|${mayImport.cli.join("|")})/` },
    },
    {
      name: "only-through-the-index",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "^packages/", pathNot: "^packages/$1/|^packages/[^/]+/src/index\\.ts$" },
    },
    {
      name: "sources-do-not-import-trials",
      severity: "error",
      from: { path: "^packages/", pathNot: trial },
      to: { path: trial },
    },
    {
      name: "pure-packages-do-no-input-or-output",
      severity: "error",
      from: { path: `^packages/(${pure.join("|")})/`, pathNot: trial },
      to: { path: inputOutput },
    },
    {
      name: "foreign-functions-only-in-tls-and-udp",
      severity: "error",
      from: { path: "^packages/", pathNot: "^packages/(tls|udp)/" },
      to: { path: "^(node:)?ffi$" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "everything-resolves", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    builtInModules: { add: ["ffi", "quic", "sqlite"] },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      extensions: [".ts", ".mjs", ".js"],
    },
  },
};
