import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addressPrefix } from "./address-prefix.ts";
import { RateLimit } from "./rate-limit.ts";

const options = { max: 10, windowMs: 1_000, entriesMax: 100 };

test("within one window as many are let through as allowed, and more in the next", () => {
  const limit = new RateLimit(options);
  const letThrough = (now: number, tries: number): number =>
    Array.from({ length: tries }, () => limit.take("a", now)).filter((wait) => wait === 0).length;
  assert.equal(letThrough(0, 20), 10);
  assert.equal(letThrough(999, 20), 0);
  assert.equal(letThrough(1_500, 20), 5, "half of the last window still counts");
  assert.equal(letThrough(5_000, 20), 10);
});

test("who waits as long as told is let through, whatever came before", () => {
  const gaps = fc.array(fc.nat(1_500), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(gaps, (waits) => {
      const limit = new RateLimit({ ...options, max: 3 });
      let now = 0;
      for (const gap of waits) {
        now += gap;
        const wait = limit.take("a", now);
        if (wait === 0) continue;
        now += wait;
        assert.equal(limit.take("a", now), 0);
      }
    }),
  );
});

test("what weighs more is let through less often, and told when", () => {
  const limit = new RateLimit(options);
  assert.equal(limit.take("a", 0, 6), 0);
  assert.equal(limit.take("a", 0, 4), 0);
  const wait = limit.take("a", 0, 5);
  assert.ok(wait > 1_000);
  assert.equal(limit.take("a", wait, 5), 0);
  assert.ok(limit.take("a", wait, 5) > 0);
});

test("never more than twice the limit within any window", () => {
  const gaps = fc.array(fc.nat(300), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(gaps, (waits) => {
      const limit = new RateLimit(options);
      const taken: number[] = [];
      let now = 0;
      for (const gap of waits) {
        now += gap;
        if (limit.take("a", now) === 0) taken.push(now);
      }
      for (const from of taken) {
        assert.ok(taken.filter((at) => at >= from && at < from + options.windowMs).length <= 2 * options.max);
      }
    }),
  );
});

test("keys do not count for each other, and only so many are remembered", () => {
  const limit = new RateLimit({ max: 1, windowMs: 1_000, entriesMax: 2 });
  assert.deepEqual([limit.take("a", 0), limit.take("b", 0)], [0, 0]);
  assert.ok(limit.take("a", 0) > 0);
  assert.equal(limit.take("c", 0), 0, "the least recently used is forgotten");
  assert.equal(limit.take("a", 0), 0);
});

test("an IPv4 address stands for itself, an IPv6 address for its /64", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["192.0.2.7:5001", "192.0.2.7"],
    ["[2001:db8:1:2:3:4:5:6]:5001", "2001:db8:1:2"],
    ["[2001:DB8:0001:2::9]:1", "2001:db8:1:2"],
    ["2001:db8::9:5001", "2001:db8:0:0"],
    ["[::1]:5001", "0:0:0:0"],
    ["[fe80::1%eth0]:5001", "fe80:0:0:0"],
    ["[::ffff:192.0.2.7]:5001", "192.0.2.7"],
    ["client:0", "client"],
    ["[::ffff:192.0.2.7]:1", "192.0.2.7"],
    ["[0:0:0:0:0:ffff:c000:207]:1", "192.0.2.7"],
    ["[::ffff:c000:208]:1", "192.0.2.8"],
  ];
  for (const [remote, prefix] of cases) assert.equal(addressPrefix(remote), prefix, remote);
});
