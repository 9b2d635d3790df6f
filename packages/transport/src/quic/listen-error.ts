/** Why a server cannot listen, with what its operator can do about it. */

export type ListenErrorCode = "port_taken" | "port_forbidden" | "address_unavailable" | "listen_failed";

const codes: Readonly<Record<string, ListenErrorCode>> = {
  EADDRINUSE: "port_taken",
  EACCES: "port_forbidden",
  EADDRNOTAVAIL: "address_unavailable",
  ENOTFOUND: "address_unavailable",
  EAFNOSUPPORT: "address_unavailable",
};

const advice: Readonly<Record<ListenErrorCode, string>> = {
  port_taken: "another program listens there: stop it, or give another port",
  port_forbidden: "this user may not listen there: give a port above 1023",
  address_unavailable: "this machine does not have that address: give one of its own, or 0.0.0.0",
  listen_failed: "the system refused",
};

export class ListenError extends Error {
  readonly code: ListenErrorCode;

  constructor(where: string, cause: unknown) {
    const systemCode = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const code = codes[systemCode] ?? "listen_failed";
    super(`Cannot listen on ${where} (UDP): ${advice[code]}${systemCode === "" ? "" : ` (${systemCode})`}.`, { cause });
    this.name = "ListenError";
    this.code = code;
  }
}
