/** Why a socket could not be had. */

export class UdpBindError extends Error {
  /** As the system names it, such as `EADDRINUSE`. */
  readonly code: string;

  constructor(code: string, address: string, options?: ErrorOptions) {
    super(`cannot use the UDP address ${address}: ${code}`, options);
    this.name = "UdpBindError";
    this.code = code;
  }
}
