/** The tests of `../backpressure.test.ts` on our own transport. */
process.env["QPC_QUIC"] = "own";
await import("../backpressure.test.ts");
