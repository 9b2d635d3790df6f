import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MtuDiscovery } from "./mtu-discovery.ts";

/** Probes until the search is over; a path that loses what is above `limit`, and some of the rest. */
function search(mtu: MtuDiscovery, limit: number, loses: () => boolean): number {
  let probes = 0;
  for (let bytes = mtu.nextProbe(0); bytes !== undefined && probes < 100; bytes = mtu.nextProbe(0)) {
    mtu.onProbeSent();
    assert.equal(mtu.nextProbe(0), undefined);
    if (bytes <= limit && !loses()) mtu.onProbeAcked(bytes);
    else mtu.onProbeLost(bytes);
    probes++;
  }
  return probes;
}

test("the search finds what the path carries, in few probes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1200, max: 9000 }), fc.integer({ min: 1200, max: 9000 }), (limit, maximum) => {
      const mtu = new MtuDiscovery(maximum);
      const probes = search(mtu, limit, () => false);
      const reachable = Math.min(limit, maximum);
      assert.ok(mtu.current <= reachable && mtu.current > reachable - 17, `${mtu.current} of ${reachable}`);
      assert.ok(probes <= 40);
    }),
  );
});

test("it never exceeds what the peer takes, and looks again after a while", () => {
  const mtu = new MtuDiscovery(1452);
  mtu.bound(1300);
  search(mtu, 1250, () => false);
  assert.ok(mtu.current <= 1250);
  assert.equal(mtu.nextProbe(100_000), undefined);
  assert.equal(mtu.nextProbe(700_000), 1300);
});

test("a row of large losses takes the size back, single ones do not", () => {
  const mtu = new MtuDiscovery(1452);
  search(mtu, 1500, () => false);
  assert.equal(mtu.current, 1452);
  for (let count = 0; count < 100; count++) {
    assert.equal(mtu.onLost(0, 1452), false);
    if (count % 5 === 0) mtu.onAcked(1452);
  }
  mtu.onAcked(1452);
  let shrunk = false;
  for (let count = 0; count < 20 && !shrunk; count++) shrunk = mtu.onLost(0, 1452);
  assert.equal(shrunk, true);
  assert.equal(mtu.current, 1200);
});
