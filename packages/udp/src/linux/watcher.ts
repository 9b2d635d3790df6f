/** Wakes us when a socket can be read or written: `uv_poll` on the loop that Node itself runs on. */
import { getCurrentEventLoop } from "node:ffi";
import { WATCH_AGAIN_MS } from "../limits.ts";
import type { Kernel } from "./kernel.ts";
import { NativeMemory } from "./native-memory.ts";

const UV_POLL_HANDLE = 8;
const READABLE = 1;
const WRITABLE = 2;

type Wake = (event: {
  readonly readable: boolean;
  readonly writable: boolean;
  /** There is an error to be read. */
  readonly failed: boolean;
}) => void;

/** By the address of the handle. An entry stays until libuv has let go of the memory. */
const watchers = new Map<bigint, { readonly memory: NativeMemory; readonly watcher: Watcher }>();

type Callbacks = { readonly onPoll: bigint; readonly onClose: bigint };
let callbacks: Callbacks | undefined;

/** For the life of the process. */
function registerCallbacks({ library }: Kernel): Callbacks {
  if (callbacks !== undefined) return callbacks;
  const onPoll = library.registerCallback(
    { return: "void", arguments: ["uint64", "int32", "int32"] },
    // An exception in here would end the process. None of these throws.
    (handle, status, events) => watchers.get(handle)?.watcher.noteEvents(status, events),
  );
  const onClose = library.registerCallback({ return: "void", arguments: ["uint64"] }, (handle) => {
    watchers.delete(handle);
  });
  // While the process winds down, libuv runs on, and JavaScript may not be called any more.
  process.on("exit", () => {
    for (const { watcher } of watchers.values()) watcher.stop();
  });
  callbacks = { onPoll, onClose };
  return callbacks;
}

export class Watcher {
  readonly #kernel: Kernel;
  readonly #handle: bigint;
  readonly #wake: Wake;
  readonly #callbacks: Callbacks;
  #wantsWritable = false;
  #closed = false;
  #seen = 0;
  #failed = false;
  #immediate: NodeJS.Immediate | undefined;
  #again: NodeJS.Timeout | undefined;

  /** `wake` runs outside of the event that caused it: promises work there, and it may throw. */
  constructor(kernel: Kernel, descriptor: number, wake: Wake) {
    this.#kernel = kernel;
    this.#wake = wake;
    this.#callbacks = registerCallbacks(kernel);
    const { functions } = kernel;
    const memory = new NativeMemory(Number(functions.uv_handle_size(UV_POLL_HANDLE)));
    this.#handle = memory.address;
    const error = functions.uv_poll_init(getCurrentEventLoop(), this.#handle, descriptor);
    if (error !== 0) throw new Error(`uv_poll_init: ${error}`);
    watchers.set(this.#handle, { memory, watcher: this });
    this.#start();
  }

  /** Wakes also, once, when there is room to send. */
  wantWritable(): void {
    if (this.#wantsWritable || this.#closed) return;
    this.#wantsWritable = true;
    this.#start();
  }

  unref(): void {
    if (!this.#closed) this.#kernel.functions.uv_unref(this.#handle);
  }

  stop(): void {
    if (!this.#closed) this.#kernel.functions.uv_poll_stop(this.#handle);
  }

  /** The descriptor may be closed right after. */
  close(): void {
    if (this.#closed) return;
    this.stop();
    this.#closed = true;
    clearImmediate(this.#immediate);
    clearTimeout(this.#again);
    this.#kernel.functions.uv_close(this.#handle, this.#callbacks.onClose);
  }

  /** Called by libuv. Nothing but noting is done here: microtasks do not run after such a call. */
  noteEvents(status: number, events: number): void {
    if (this.#closed) return;
    if (status < 0) {
      // libuv has stopped watching, for an error that reading clears.
      this.#again ??= setTimeout(() => {
        this.#again = undefined;
        this.#start();
      }, WATCH_AGAIN_MS);
      this.#failed = true;
    }
    this.#seen |= events;
    this.#immediate ??= setImmediate(() => this.#deliver());
  }

  #deliver(): void {
    const events = this.#seen;
    const failed = this.#failed;
    this.#seen = 0;
    this.#failed = false;
    this.#immediate = undefined;
    if (this.#closed) return;
    const writable = (events & WRITABLE) !== 0;
    if (writable) {
      this.#wantsWritable = false;
      this.#start();
    }
    this.#wake({ readable: failed || (events & READABLE) !== 0, writable, failed });
  }

  #start(): void {
    if (this.#closed) return;
    const events = this.#wantsWritable ? READABLE | WRITABLE : READABLE;
    this.#kernel.functions.uv_poll_start(this.#handle, events, this.#callbacks.onPoll);
  }
}
