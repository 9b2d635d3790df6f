/** Every refusal that can cross the wire: its status byte and what a person is told. */

export const refusals = {
  wrong_class: { status: 1, text: "This connection may not make that call." },
  unknown_method: { status: 2, text: "The server does not know this call. One of the two programs may be older." },
  malformed: { status: 3, text: "The server could not read the request." },
  too_large: { status: 4, text: "That is larger than the server takes." },
  wrong_size: { status: 5, text: "A sealed cell must have one of the four fixed sizes." },
  rate_limited: { status: 6, text: "Too many requests. Try again a little later." },
  no_session: { status: 7, text: "This device is not logged in. It may have been revoked." },
  bad_login: { status: 8, text: "The user name or the password is wrong." },
  name_taken: { status: 9, text: "This user name is taken. Choose another one." },
  bad_proof: { status: 10, text: "A signature or proof did not verify." },
  token_missing: { status: 11, text: "The server wants a token for this call." },
  token_invalid: { status: 12, text: "The server did not accept the token." },
  token_expired: { status: 13, text: "The token has expired." },
  token_spent: { status: 14, text: "The token was spent on another call." },
  quota: { status: 15, text: "A quota of this account is used up." },
  mailbox_full: {
    status: 16,
    text: "The recipient's mailbox is full. It takes messages again once they have fetched theirs.",
  },
  mailbox_unknown: { status: 17, text: "There is no such mailbox (any more)." },
  door_closed: { status: 18, text: "The recipient takes no messages from strangers." },
  no_package: {
    status: 19,
    text: "There is no such user, or none of their devices can be reached with a key package.",
  },
  suite_refused: { status: 20, text: "The server does not take this cipher suite." },
  unavailable: { status: 21, text: "The server cannot do this at the moment. Try again shortly." },
  bad_registration_secret: { status: 22, text: "This server registers by invitation: use the whole invite link." },
} as const satisfies Record<string, { readonly status: number; readonly text: string }>;

export type RefusalCode = keyof typeof refusals;

const byStatus = new Map<number, RefusalCode>();
for (const [code, { status }] of Object.entries(refusals)) if (isRefusalCode(code)) byStatus.set(status, code);

/** The code behind a status byte; `undefined` for 0 and for statuses of newer servers. */
export const refusalOfStatus = (status: number): RefusalCode | undefined => byStatus.get(status);

export function isRefusalCode(code: string): code is RefusalCode {
  return Object.hasOwn(refusals, code);
}

/** A refusal on its way to the peer (server) or just received (client). */
export class RefusalError extends Error {
  readonly code: RefusalCode;
  /** Milliseconds to wait before the next try; 0 when the server named none. */
  readonly retryAfterMs: number;

  constructor(code: RefusalCode, retryAfterMs = 0) {
    super(refusals[code].text);
    this.name = "RefusalError";
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}
