/** The tests of `../listener.test.ts` on our own transport. */
process.env["QPC_QUIC"] = "own";
await import("../listener.test.ts");
