/** The faults of other engines (design, findings), put into this one: each must be noticed by the test of its trap. */

export type Fault = {
  /** Of the trap's tests. */
  readonly trap: number;
  readonly what: string;
  /** Below packages/. */
  readonly file: string;
  /** Occurs once. */
  readonly from: string;
  readonly to: string;
};

export const faults: readonly Fault[] = [
  {
    trap: 1,
    what: "a Remove brings no path",
    file: "mls/src/group/proposal-list.ts",
    from: 'proposal.kind !== "psk" &&',
    to: 'proposal.kind !== "psk" && proposal.kind !== "remove" &&',
  },
  {
    trap: 1,
    what: "a Remove leaves the parents' keys",
    file: "mls/src/tree/evolve.ts",
    from: "tree.setLeaf(leafIndex, undefined);\n  blankPath(tree, leafIndex);",
    to: "tree.setLeaf(leafIndex, undefined);",
  },
  {
    trap: 2,
    what: "an Add is noted at the root only",
    file: "mls/src/tree/evolve.ts",
    from: "if (parent === undefined) continue;",
    to: "if (parent === undefined || node !== tree.root) continue;",
  },
  {
    trap: 2,
    what: "a joiner demands each unmerged leaf of blank nodes, too",
    file: "mls/src/tree/validate-tree.ts",
    from: "content !== undefined && !content.unmergedLeaves",
    to: "!content?.unmergedLeaves",
  },
  {
    trap: 3,
    what: "an outsider removes anybody",
    file: "mls/src/group/plan-commit.ts",
    from: "!same(formerLeaf, joiner.leafNode)",
    to: "same === undefined",
  },
  {
    trap: 4,
    what: "the ratchet's secret is kept with a skipped key",
    file: "mls/src/keys/ratchet.ts",
    from: "skipped.set(at, step.messageKey);",
    to: "skipped.set(at, { key: step.messageKey.key, nonce: step.secret.slice() });",
  },
  {
    trap: 4,
    what: "a key stays after it was used",
    file: "mls/src/keys/ratchet.ts",
    from: "skipped.delete(generation);\n  return",
    to: "return",
  },
  {
    trap: 5,
    what: "lifetimes are not looked at",
    file: "mls/src/leaf/validate-leaf-node.ts",
    from: "!isLive(leaf.source.lifetime, now)",
    to: "isLive(leaf.source.lifetime, now) === undefined",
  },
  {
    trap: 5,
    what: "a KeyPackage's signature is not verified",
    file: "mls/src/key-package/validate-key-package.ts",
    from: 'signed) ? undefined : "key-package-signature"',
    to: "signed) ? undefined : undefined",
  },
  {
    trap: 6,
    what: "a past epoch keeps the signature keys of all leaves",
    file: "mls/src/group/next-epoch.ts",
    from: "if (was === is) continue;",
    to: "if (was !== undefined) changed.set(leafIndex, was.signatureKey);",
  },
  {
    trap: 7,
    what: "epochs are not compared before a message is opened",
    file: "mls/src/group/process-message.ts",
    from: "if (epoch < context.epoch) return",
    to: "if (epoch !== context.epoch) return undefined;\n  if (epoch < context.epoch) return",
  },
  {
    trap: 8,
    what: "bytes behind a structure are ignored",
    file: "bytes/src/reader.ts",
    from: "if (this.remaining !== 0) throw",
    to: "if (this.remaining < 0) throw",
  },
  {
    trap: 9,
    what: "a stored part is not bound to its place",
    file: "mls/src/state/seal-part.ts",
    from: "writer.u8(VERSION).vector(toUtf8(name)).vector(groupId)",
    to: "writer.u8(VERSION + name.length * 0).vector(groupId)",
  },
  {
    trap: 9,
    what: "a stored tree is not compared with its group",
    file: "mls/src/state/load-group.ts",
    from: "!equalBytes(treeHash(suite, tree), group.context.treeHash)",
    to: "treeHash(suite, tree) === group.context.treeHash",
  },
  {
    trap: 10,
    what: "a path leaves its parents blank",
    file: "mls/src/tree/merge-path.ts",
    from: "tree.setParent(node, content);",
    to: "if (node === tree.root) tree.setParent(node, content);",
  },
];
