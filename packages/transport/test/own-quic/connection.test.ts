/** The tests of `../connection.test.ts` on our own transport. */
process.env["QPC_QUIC"] = "own";
await import("../connection.test.ts");
