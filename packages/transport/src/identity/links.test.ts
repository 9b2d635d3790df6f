import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeContactLink, parseContactLink } from "./contact-link.ts";
import { fingerprint } from "./fingerprint.ts";
import { encodeInvite, parseInvite } from "./invite.ts";
import { InviteError } from "./invite-error.ts";

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const short = fc.uint8Array({ minLength: 16, maxLength: 16 });
const host = fc.oneof(fc.domain(), fc.ipV4(), fc.constantFrom("::1", "2001:db8::5001", "localhost"));
const port = fc.integer({ min: 1, max: 65_535 });
const invite = encodeInvite({ host: "chat.example", port: 5001, serverId: new Uint8Array(32).fill(7) });

test("an invite reads back as it was written, and writes again the same", () => {
  fc.assert(
    fc.property(host, port, key, fc.option(short), (name, number, serverId, registrationSecret) => {
      const secret = registrationSecret === null ? {} : { registrationSecret };
      const link = encodeInvite({ host: name, port: number, serverId, ...secret });
      assert.deepEqual(parseInvite(`  ${link}\n`), { host: name, port: number, serverId, registrationSecret });
    }),
  );
});

test("an address alone leads to a server that is not known yet", () => {
  const nobody = { serverId: null, registrationSecret: null };
  assert.deepEqual(parseInvite("qpc://chat.example:6000/"), { host: "chat.example", port: 6000, ...nobody });
  assert.deepEqual(parseInvite("chat.example"), { host: "chat.example", port: 5001, ...nobody });
  assert.deepEqual(parseInvite("[::1]:9"), { host: "::1", port: 9, ...nobody });
});

test("a link with any character behind the # changed, dropped or doubled is refused", () => {
  const start = invite.indexOf("#") + 1;
  for (let at = start; at < invite.length; at++) {
    const other = invite[at] === "A" ? "B" : "A";
    for (const replacement of [other, "", `${invite[at]}${invite[at]}`]) {
      const damaged = invite.slice(0, at) + replacement + invite.slice(at + 1);
      assert.throws(() => parseInvite(damaged), InviteError, damaged);
    }
  }
});

test("what is wrong with a link is said", () => {
  const cases: readonly [string, RegExp][] = [
    ["", /empty/],
    ["https://chat.example/", /begins with https/],
    [`qpc://chat.example:5001/#2.${"A".repeat(48)}`, /newer version/],
    ["qpc://chat.example:5001/#hello", /no key/],
    ["qpc://chat.example:99999/", /port/],
    ["qpc://chat_ example/", /host/],
    ["qpc://[1.2.3.4]/", /host/],
    ["qpc://a:b:c/", /host:port/],
    ["qpc://chat.example/room", /between/],
    ["qpc://chat.example/@bob", /person/],
    [`${invite}#`, /more than one/],
    [`qpc://${"a".repeat(2000)}/`, /too long/],
  ];
  for (const [text, fault] of cases) {
    const isIt = (error: unknown): boolean =>
      error instanceof InviteError && error.code === "bad_invite" && fault.test(error.message);
    assert.throws(() => parseInvite(text), isIt, text);
  }
});

test("any text is a link or an InviteError", () => {
  const texts = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.webUrl(),
    fc.string().map((text) => `${invite}${text}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      for (const parse of [parseInvite, parseContactLink]) {
        try {
          parse(text);
        } catch (error) {
          assert.ok(error instanceof InviteError);
        }
      }
    }),
  );
});

test("a contact link reads back as it was written", () => {
  const username = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{1,20}$/);
  fc.assert(
    fc.property(host, port, username, fc.tuple(key, key, short), (name, number, user, [serverId, rootKey, doorKey]) => {
      const link = { host: name, port: number, username: user, serverId, rootKey, doorKey };
      assert.deepEqual(parseContactLink(encodeContactLink(link)), link);
    }),
  );
});

test("an invite is no contact link", () => {
  assert.throws(() => parseContactLink(invite), InviteError);
});

test("fields that a link has no room for are refused", () => {
  const address = { host: "a.example", port: 1 };
  const serverId = new Uint8Array(32);
  assert.throws(() => encodeInvite({ ...address, serverId: new Uint8Array(31) }), RangeError);
  assert.throws(() => encodeInvite({ ...address, serverId, registrationSecret: new Uint8Array(15) }), RangeError);
  const fields = { ...address, serverId, rootKey: serverId, doorKey: new Uint8Array(16) };
  assert.throws(() => encodeContactLink({ ...fields, username: "#" }), RangeError);
  assert.throws(() => encodeContactLink({ ...fields, username: "bob", doorKey: serverId }), RangeError);
});

test("a fingerprint is six groups of five digits that the whole id decides", () => {
  fc.assert(
    fc.property(key, (serverId) => {
      const digits = fingerprint(serverId);
      assert.match(digits, /^(\d{5} ){5}\d{5}$/);
    }),
  );
  assert.equal(fingerprint(new Uint8Array(32)), fingerprint(new Uint8Array(32)));
  assert.notEqual(fingerprint(new Uint8Array(32)), fingerprint(new Uint8Array(32).fill(1, 31)));
});
