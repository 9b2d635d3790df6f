/** The tests of `../hostile.test.ts` on our own transport. */
process.env["QPC_QUIC"] = "own";
await import("../hostile.test.ts");
