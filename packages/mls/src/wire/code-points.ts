/** Code points of RFC 9420 section 17, and the GREASE values of section 13.5. */

export const protocolVersion = { mls10: 1 } as const;

export const wireFormat = { publicMessage: 1, privateMessage: 2, welcome: 3, groupInfo: 4, keyPackage: 5 } as const;

export const contentType = { application: 1, proposal: 2, commit: 3 } as const;

export const senderType = { member: 1, external: 2, newMemberProposal: 3, newMemberCommit: 4 } as const;

export const credentialType = { basic: 1, x509: 2 } as const;

export const leafNodeSource = { keyPackage: 1, update: 2, commit: 3 } as const;

export const nodeType = { leaf: 1, parent: 2 } as const;

export const proposalType = {
  add: 1,
  update: 2,
  remove: 3,
  psk: 4,
  reinit: 5,
  externalInit: 6,
  groupContextExtensions: 7,
} as const;

export const extensionType = {
  applicationId: 1,
  ratchetTree: 2,
  requiredCapabilities: 3,
  externalPub: 4,
  externalSenders: 5,
  /** draft-ietf-mls-extensions: the KeyPackage may be used more than once. */
  lastResort: 10,
} as const;

export const pskType = { external: 1, resumption: 2 } as const;

export const resumptionPskUsage = { application: 1, reinit: 2, branch: 3 } as const;

/** Types that every client supports and that capabilities therefore need not list (section 7.2). */
export const isDefaultExtension = (type: number): boolean => type >= 1 && type <= 5;
export const isDefaultProposal = (type: number): boolean => type >= 1 && type <= 7;

/** 0x0A0A, 0x1A1A, ... 0xEAEA: reserved so that peers learn to ignore what they do not know. */
export const isGrease = (value: number): boolean => (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);
