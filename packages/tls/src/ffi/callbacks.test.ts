import assert from "node:assert/strict";
import { test } from "node:test";
import { callbackAddresses, type HandshakeEvents, withCallbacks } from "./callbacks.ts";
import { NativeMemory } from "./native-memory.ts";
import { loadOpenSsl, NULL } from "./open-ssl.ts";

const silent: HandshakeEvents = {
  onCryptoSend: () => {},
  nextInput: () => undefined,
  releaseInput: () => true,
  onSecret: () => {},
  onTransportParameters: () => {},
  onAlert: () => {},
  onKeyLog: () => {},
  selectProtocol: () => undefined,
};

/** A client's first step with these callbacks. */
function step(events: HandshakeEvents): number {
  const openSsl = loadOpenSsl();
  const { functions } = openSsl;
  const context = functions.SSL_CTX_new(functions.TLS_client_method());
  const ssl = functions.SSL_new(context);
  const parameters = NativeMemory.of(Uint8Array.of(1, 1, 0));
  try {
    functions.SSL_set_quic_tls_cbs(ssl, callbackAddresses(openSsl).dispatch, NULL);
    functions.SSL_set_quic_tls_transport_params(ssl, parameters.address, 3n);
    functions.SSL_set_connect_state(ssl);
    return withCallbacks(events, () => functions.SSL_do_handshake(ssl));
  } finally {
    functions.SSL_free(ssl);
    functions.SSL_CTX_free(context);
    functions.ERR_clear_error();
  }
}

test("what a callback throws comes out of the call, and the next call is not troubled by it", () => {
  const failure = new Error("thrown inside a callback");
  const events = {
    ...silent,
    onCryptoSend: () => {
      throw failure;
    },
  };
  for (let round = 0; round < 100; round++) {
    assert.throws(() => step(events), failure);
    let sent = 0;
    step({ ...silent, onCryptoSend: (bytes) => (sent += bytes.length) });
    assert.ok(sent > 0);
  }
});

test("a callback outside of any call of ours fails quietly", () => {
  const openSsl = loadOpenSsl();
  const { functions } = openSsl;
  const context = functions.SSL_CTX_new(functions.TLS_client_method());
  const ssl = functions.SSL_new(context);
  functions.SSL_set_quic_tls_cbs(ssl, callbackAddresses(openSsl).dispatch, NULL);
  functions.SSL_set_connect_state(ssl);
  assert.notEqual(functions.SSL_do_handshake(ssl), 1);
  functions.SSL_free(ssl);
  functions.SSL_CTX_free(context);
  functions.ERR_clear_error();
});
