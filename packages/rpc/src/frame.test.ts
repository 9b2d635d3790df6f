import assert from "node:assert/strict";
import { test } from "node:test";
import { DecodeError } from "@quicprochat/bytes";
import fc from "fast-check";
import {
  decodeRequestHeader,
  decodeResponseHeader,
  encodeRequest,
  encodeResponse,
  requestHeaderBytes,
  responseHeaderBytes,
} from "./frame.ts";

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const payload = fc.uint8Array({ maxLength: 300 });

test("a request frame reads as the documentation lays it out", () => {
  const frame = encodeRequest({ number: 0x0102, requestId: 0x03040506, payload: Uint8Array.of(9, 8) });
  assert.equal(Buffer.from(frame).toString("hex"), "010203040506000000020908");
});

test("a response frame reads as the documentation lays it out", () => {
  const frame = encodeResponse({ status: 3, requestId: 1, payload: Uint8Array.of(9) });
  assert.equal(Buffer.from(frame).toString("hex"), "03000000010000000109");
});

test("a request header reads back as it was written", () => {
  fc.assert(
    fc.property(u16, u32, payload, (number, requestId, bytes) => {
      const frame = encodeRequest({ number, requestId, payload: bytes });
      const header = decodeRequestHeader(frame.subarray(0, requestHeaderBytes));
      assert.deepEqual(header, { number, requestId, payloadBytes: bytes.length });
      assert.deepEqual(frame.subarray(requestHeaderBytes), bytes);
    }),
  );
});

test("a response header reads back as it was written", () => {
  fc.assert(
    fc.property(u8, u32, payload, (status, requestId, bytes) => {
      const frame = encodeResponse({ status, requestId, payload: bytes });
      const header = decodeResponseHeader(frame.subarray(0, responseHeaderBytes));
      assert.deepEqual(header, { status, requestId, payloadBytes: bytes.length });
      assert.deepEqual(frame.subarray(responseHeaderBytes), bytes);
    }),
  );
});

test("headers of any other length are a DecodeError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
      if (bytes.length !== requestHeaderBytes) assert.throws(() => decodeRequestHeader(bytes), DecodeError);
      if (bytes.length !== responseHeaderBytes) assert.throws(() => decodeResponseHeader(bytes), DecodeError);
    }),
  );
});
