/** The transport parameters that we send: RFC 9000 section 7.4. */
import type { ConnectionState } from "./connection-state.ts";
import { CONNECTION_IDS_MAX } from "./limits.ts";
import { defaultTransportParameters, type TransportParameters } from "./transport-parameters.ts";

export function localParameters(state: ConnectionState): TransportParameters {
  const { config, role, firstLocalId, version } = state;
  const ofServer =
    role === "server"
      ? {
          originalDestinationConnectionId: state.originalDestination,
          retrySourceConnectionId: state.retrySource,
          statelessResetToken: firstLocalId.resetToken,
        }
      : {};
  return {
    ...defaultTransportParameters,
    ...ofServer,
    initialSourceConnectionId: firstLocalId.id,
    maxIdleTimeout: config.idleTimeoutMs,
    initialMaxData: config.connectionWindowBytes,
    initialMaxStreamDataBidiLocal: config.streamWindowBytes,
    initialMaxStreamDataBidiRemote: config.streamWindowBytes,
    initialMaxStreamDataUni: config.streamWindowBytes,
    initialMaxStreamsBidi: config.streamsMax,
    initialMaxStreamsUni: config.unidirectionalStreamsMax,
    maxAckDelay: config.maxAckDelayMs,
    activeConnectionIdLimit: CONNECTION_IDS_MAX,
    maxDatagramFrameSize: config.datagramFrameBytesMax,
    disableActiveMigration: config.disableActiveMigration,
    greaseQuicBit: config.greaseFixedBit,
    versionInformation: { chosen: version, available: config.versions },
  };
}
