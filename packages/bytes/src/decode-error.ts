/** The one error that every decoder of this project throws, whatever the input. */

/** `code` is a stable kebab-case reason; `offset` is the byte at which decoding failed. */
export class DecodeError extends Error {
  readonly code: string;
  readonly offset: number;

  constructor(code: string, offset = 0) {
    super(`${code} at byte ${offset}`);
    this.name = "DecodeError";
    this.code = code;
    this.offset = offset;
  }
}
