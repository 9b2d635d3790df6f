/** `GET /metrics` over HTTP, for whoever may reach the address: by default this machine alone. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { errorCode, ServerError } from "../server-error.ts";
import type { Prometheus } from "./prometheus.ts";

/** 0: any port that is free. */
export type MetricsAddress = { readonly host: string; readonly port: number };

export type MetricsServer = AsyncDisposable & {
  /** Where they are read. */
  readonly url: string;
};

const CONNECTIONS_MAX = 8;
const REQUEST_MS = 5_000;

/** Throws `ServerError("metrics_unusable")`. */
export async function openMetrics(prometheus: Prometheus, { host, port }: MetricsAddress): Promise<MetricsServer> {
  const server = createServer((request, response) => void answer(prometheus, request, response));
  server.maxConnections = CONNECTIONS_MAX;
  server.requestTimeout = REQUEST_MS;
  server.headersTimeout = REQUEST_MS;
  const address = await listening(server, { host, port });
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}/metrics`,
    [Symbol.asyncDispose]: () => closed(server),
  };
}

function listening(server: Server, { host, port }: MetricsAddress): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const why = errorCode(cause) === "EADDRINUSE" ? "another program uses that port" : errorCode(cause);
      const text = `Metrics cannot be served on ${host}:${port}: ${why}. Name another address with --metrics, or leave it out.`;
      reject(new ServerError("metrics_unusable", text, cause));
    });
    server.listen(port, host, () => {
      const address = server.address();
      if (address !== null && typeof address === "object") resolve(address);
    });
  });
}

async function answer(prometheus: Prometheus, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const isKnown = request.method === "GET" && request.url === "/metrics";
  if (!isKnown) {
    response.writeHead(404).end();
    return;
  }
  try {
    const text = await prometheus.text();
    response.writeHead(200, { "content-type": prometheus.contentType }).end(text);
  } catch {
    // The store has ended: so will we.
    response.writeHead(503).end();
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
