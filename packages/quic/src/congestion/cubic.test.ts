import assert from "node:assert/strict";
import { test } from "node:test";
import { Rtt } from "../rtt.ts";
import { Cubic } from "./cubic.ts";

const SIZE = 1200;

/** A round trip of 100 ms in which all of the window is acknowledged. */
function round(cubic: Cubic, rtt: Rtt, now: number): void {
  const { window } = cubic;
  cubic.onPacketAcked(now, { bytes: window, sentAt: now - 100, delivered: 0 });
  const bytes = { ackedBytes: window, bytesInFlight: 0, bytesInFlightBefore: window, delivered: now * SIZE };
  cubic.onAck({ now, ...bytes, deliveryRate: undefined, appLimited: false }, rtt);
}

function grown(rounds: number): { cubic: Cubic; rtt: Rtt } {
  const cubic = new Cubic(SIZE);
  const rtt = new Rtt();
  rtt.sample(100, 0);
  for (let count = 1; count <= rounds; count++) round(cubic, rtt, count * 100);
  return { cubic, rtt };
}

const loss = (now: number) => ({ now, lostBytes: SIZE, sentAt: now - 50, bytesInFlight: 0, persistent: false });

test("slow start doubles the window in every round trip", () => {
  assert.equal(grown(0).cubic.window, 10 * SIZE);
  assert.equal(grown(4).cubic.window, 160 * SIZE);
});

test("a loss takes the window to 0.7, and losses of the same round trip take no more", () => {
  const { cubic } = grown(4);
  cubic.onLoss(loss(450));
  assert.equal(cubic.window, 112 * SIZE);
  cubic.onLoss({ ...loss(460), sentAt: 440 });
  assert.equal(cubic.window, 112 * SIZE);
});

test("the window is back where the loss was after K seconds (RFC 9438 section 4.2), and grows on", () => {
  const { cubic, rtt } = grown(4);
  cubic.onLoss(loss(450));
  const k = Math.cbrt((160 * 0.3) / 0.4);
  let now = 550;
  for (; now < 550 + k * 1000; now += 100) {
    round(cubic, rtt, now);
    assert.ok(cubic.window < 162 * SIZE, `${cubic.window / SIZE} at ${now}`);
  }
  assert.ok(cubic.window > 150 * SIZE, `${cubic.window / SIZE} after K`);
  for (; now < 550 + 2.2 * k * 1000; now += 100) round(cubic, rtt, now);
  assert.ok(cubic.window > 180 * SIZE);
});

test("losses that were none give the window back, and persistent congestion takes all of it", () => {
  const { cubic } = grown(4);
  cubic.onLoss(loss(450));
  cubic.onSpuriousLoss();
  assert.equal(cubic.window, 160 * SIZE);
  cubic.onLoss({ ...loss(800), persistent: true });
  assert.equal(cubic.window, 2 * SIZE);
});

test("a window that is not used does not grow", () => {
  const { cubic, rtt } = grown(2);
  const { window } = cubic;
  cubic.onPacketAcked(300, { bytes: SIZE, sentAt: 250, delivered: 0 });
  const bytes = { ackedBytes: SIZE, bytesInFlight: 0, bytesInFlightBefore: SIZE, delivered: 0 };
  cubic.onAck({ now: 300, ...bytes, deliveryRate: undefined, appLimited: true }, rtt);
  assert.equal(cubic.window, window);
});
