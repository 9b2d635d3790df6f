/** The tests of `../trust.test.ts` on our own transport. */
process.env["QPC_QUIC"] = "own";
await import("../trust.test.ts");
