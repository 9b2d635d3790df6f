/** Stream ids: RFC 9000 section 2.1. */
import type { Role } from "./role.ts";

const SERVER_BIT = 1;
const UNIDIRECTIONAL_BIT = 2;
const STEP = 4;

export const isUnidirectional = (streamId: number): boolean => streamId % STEP >= UNIDIRECTIONAL_BIT;

export const initiatorOf = (streamId: number): Role => (streamId % 2 === SERVER_BIT ? "server" : "client");

/** How many streams of its kind come before it. */
export const streamIndex = (streamId: number): number => Math.floor(streamId / STEP);

export type StreamKind = { readonly initiator: Role; readonly unidirectional: boolean };

export const streamIdOf = ({ initiator, unidirectional }: StreamKind, index: number): number =>
  index * STEP + (initiator === "server" ? SERVER_BIT : 0) + (unidirectional ? UNIDIRECTIONAL_BIT : 0);
