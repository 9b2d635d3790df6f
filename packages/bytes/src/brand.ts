/** Nominal types over plain values: an id that only its parser can make. */

declare const brandKey: unique symbol;

export type Brand<Value, Name extends string> = Value & { readonly [brandKey]: Name };

/** The one cast of this project. Call it only in the parser that has checked `value`. */
export const brand = <Name extends string, Value>(value: Value): Brand<Value, Name> => value as Brand<Value, Name>;
