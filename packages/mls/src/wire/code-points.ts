/** Code points of RFC 9420 section 17. */
export const protocolVersion = 1;

export const wireFormats = { publicMessage: 1, privateMessage: 2, welcome: 3, groupInfo: 4, keyPackage: 5 } as const;

export const extensionTypes = {
  applicationId: 1,
  ratchetTree: 2,
  requiredCapabilities: 3,
  externalPub: 4,
  externalSenders: 5,
  /** draft-ietf-mls-extensions: this KeyPackage may be used more than once. */
  lastResort: 10,
} as const;

export const proposalTypes = {
  add: 1,
  update: 2,
  remove: 3,
  preSharedKey: 4,
  reInit: 5,
  externalInit: 6,
  groupContextExtensions: 7,
} as const;

export const credentialTypes = { basic: 1, x509: 2 } as const;

/** Types 1 to 5 are known to every implementation and are not listed in capabilities. */
export const isDefaultExtension = (type: number): boolean => type >= 1 && type <= 5;
export const isDefaultProposal = (type: number): boolean => type >= 1 && type <= 7;
