/** Why the engine refuses what a peer or a caller gave it: each rule of RFC 9420 has a code of its own. */

export type Refusal = {
  readonly code: RefusalCode;
  /** The leaf that breaks the rule, where there is one. */
  readonly leafIndex?: number;
  /** What `authorize` said, or what the decoder stopped at. */
  readonly detail?: string;
};

export type RefusalCode = keyof typeof refusalMeaning;

/**
 * `public`: every member of the epoch finds the same fault, from the epoch's state and the message's bytes alone.
 * `secret`: only what is sealed to one member, or the confirmation tag, is wrong.
 */
export type RefusalPhase = "public" | "secret";

/** The codes, and what each means. */
export const refusalMeaning = {
  malformed: "the bytes are not a message of RFC 9420",
  "unexpected-message": "a Welcome, GroupInfo or KeyPackage where a message of the group was expected, or the reverse",
  "unsupported-version": "the protocol version is not 1.0",
  "unsupported-suite": "the provider does not know the cipher suite",
  "wrong-suite": "the cipher suite differs from the group's",
  // Section 6
  "unknown-sender": "no such leaf, or no such external sender",
  "bad-sender": "this kind of sender may not send this content",
  "bad-signature": "the content's signature does not verify",
  "bad-ciphertext": "the message does not open under its key",
  "public-application": "application data that is not encrypted (section 6)",
  "generation-too-far": "the sender skips more generations than are kept",
  // Section 7.3
  "leaf-signature": "the leaf node's signature does not verify",
  "leaf-source": "the leaf node comes from elsewhere than its place demands",
  "leaf-lifetime": "the leaf node's lifetime is over, has not begun, or is too long",
  "leaf-required-capabilities": "the leaf does not support what the group requires",
  "leaf-credential-unsupported": "some member does not support the leaf's type of credential, or the leaf a member's",
  "leaf-extension-unsupported": "the leaf carries an extension that its own capabilities do not list",
  "leaf-version-unsupported": "the leaf's capabilities do not list the group's version",
  "leaf-suite-unsupported": "the leaf's capabilities do not list the group's cipher suite",
  "context-extension-unsupported": "a member does not support an extension of the GroupContext",
  "duplicate-encryption-key": "two nodes have the same encryption key",
  "duplicate-signature-key": "two leaves have the same signature key",
  "bad-encryption-key": "an encryption key cannot be used",
  // Section 7.9, 12.4.3.1
  "tree-missing": "neither the GroupInfo nor the caller has the ratchet tree",
  "tree-shape": "the tree's nodes are not where a ratchet tree has them",
  "tree-hash": "the tree is not the one that the GroupContext names",
  "tree-parent-hash": "a parent node is not bound to a leaf below it (section 7.9.2)",
  "tree-unmerged-leaves": "unmerged leaves are unsorted, blank, or not listed in between",
  "tree-too-large": "the group would have more leaves than this engine holds",
  // Section 10.1
  "key-package-signature": "the KeyPackage's signature does not verify",
  "key-package-init-key": "the init key equals the leaf's encryption key, or cannot be used",
  // Section 12.1, 12.2
  "proposal-missing": "the commit refers to a proposal that is not known",
  "add-member-twice": "an Add of a client that is a member already or that another Add adds",
  "update-by-committer": "the committer includes an Update of its own",
  "update-not-by-member": "an Update that does not come from the leaf's member",
  "update-same-key": "an Update keeps the leaf's encryption key",
  "remove-committer": "the committer removes itself",
  "remove-blank": "a Remove of a leaf that is not there",
  "leaf-changed-twice": "two proposals for one leaf",
  "psk-twice": "two proposals for one pre-shared key",
  "psk-nonce": "a pre-shared key's nonce has the wrong length",
  "psk-usage": "a resumption PSK for reinit or branch outside the commit that begins such a group",
  "psk-missing": "this client does not have the pre-shared key",
  "context-extensions-twice": "two GroupContextExtensions proposals",
  "context-extensions-malformed": "an extension of the GroupContext does not decode",
  "reinit-not-alone": "a ReInit beside other proposals",
  "reinit-version": "a ReInit to an older version",
  "external-init-in-regular-commit": "an ExternalInit by a member",
  "external-init-count": "an external commit without exactly one ExternalInit",
  "external-init-malformed": "the ExternalInit's KEM output does not decapsulate",
  "external-commit-proposal": "an external commit with a proposal that it may not contain, or by reference",
  "external-commit-removes-other": "an external commit that removes another than the joiner's own former leaf",
  "external-join-closed": "the GroupInfo has no external_pub",
  "too-many-proposals": "more proposals wait than this engine holds",
  // Section 12.4
  "path-required": "the commit needs an UpdatePath and has none",
  "path-shape": "the UpdatePath does not fit the tree",
  "path-parent-hash": "the UpdatePath's leaf is not bound to its parents",
  "path-same-key": "the UpdatePath keeps the committer's encryption key",
  "path-ciphertext": "the path secret sealed to this member does not open",
  "path-key": "the path secret does not yield the path's public keys",
  "confirmation-tag": "the confirmation tag does not verify",
  policy: "the application's policy refuses it",
  // Section 12.4.3
  "group-info-signature": "the GroupInfo's signature does not verify",
  "group-secrets": "the Welcome's secrets or its GroupInfo do not open",
  "own-leaf-missing": "the tree has no leaf of the joiner's KeyPackage",
  "reinit-mismatch": "the new group is not what the ReInit, or the branch, allows",
  // Calls
  "group-inactive": "this member was removed, or the group has been reinitialised",
  "reinit-pending": "the ReInit was committed: nothing more can be sent",
  "not-reinitialised": "the group has committed no ReInit",
} as const;
