import assert from "node:assert/strict";
import { test } from "node:test";
import { Rtt } from "../rtt.ts";
import { Bbr } from "./bbr.ts";

const SIZE = 1200;
const ROUND_TRIP_MS = 50;

/**
 * A link of `rate` bytes a millisecond that loses `loss` of everything, a round trip at a time; yields the mean of what was
 * sent in a millisecond over the last ten seconds.
 */
function run(rate: number, loss: number): { readonly window: number; readonly sendRate: number } {
  const bbr = new Bbr(SIZE);
  const rtt = new Rtt();
  let delivered = 0;
  let sentBytes = 0;
  for (let now = ROUND_TRIP_MS; now < 30_000; now += ROUND_TRIP_MS) {
    rtt.sample(ROUND_TRIP_MS, 0);
    const sent = Math.min(bbr.pacingRate(rtt) * ROUND_TRIP_MS, bbr.window);
    if (now > 20_000) sentBytes += sent;
    bbr.onSent(now, sent, sent);
    const arrived = Math.min(sent * (1 - loss), rate * ROUND_TRIP_MS);
    bbr.onPacketAcked(now, { bytes: arrived, sentAt: now - ROUND_TRIP_MS, delivered });
    delivered += arrived;
    if (sent > arrived) {
      bbr.onLoss({ now, lostBytes: sent - arrived, sentAt: now - 1, bytesInFlight: 0, persistent: false });
    }
    const deliveryRate = arrived / ROUND_TRIP_MS;
    const bytes = { ackedBytes: arrived, bytesInFlight: 0, bytesInFlightBefore: sent, delivered };
    bbr.onAck({ now, ...bytes, deliveryRate, appLimited: false }, rtt);
  }
  return { window: bbr.window, sendRate: sentBytes / 10_000 };
}

test("the rate finds the bandwidth of the link, and the window a few times what it holds", () => {
  for (const rate of [500, 2000, 20_000]) {
    const { window, sendRate } = run(rate, 0);
    assert.ok(sendRate > 0.9 * rate && sendRate < 1.1 * rate, `${sendRate} of ${rate}`);
    assert.ok(window >= rate * ROUND_TRIP_MS && window <= 4 * rate * ROUND_TRIP_MS, `${window}`);
  }
});

test("losses without a queue do not slow it down", () => {
  for (const loss of [0.05, 0.2, 0.3]) {
    const { sendRate } = run(500, loss);
    assert.ok(sendRate * (1 - loss) > 0.8 * 500, `${sendRate} at ${loss}`);
  }
});
