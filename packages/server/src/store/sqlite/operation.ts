/** A method of the store as the writer runs it: inside the transaction of its batch. */

export type Operation<Method extends (input: never) => Promise<unknown>> = (
  input: Parameters<Method>[0],
) => Awaited<ReturnType<Method>>;
