/** Every limit of the command line and of the terminal chat, in characters, bytes, counts and milliseconds. */

export const limits = {
  /** Of a message from standard input; what the protocol takes is smaller, and the engine says so. */
  standardInputBytesMax: 1024 * 1024,
  secretCharactersMax: 1_024,
  promptTriesMax: 3,
  /** Signals closer together than this are one: a terminal and npm may both deliver the same Ctrl-C. */
  repeatedSignalMs: 1_000,
  /** A write to a pipe that its reader keeps full. */
  writeRetryMs: 5,
  /** Below what a timer can hold. */
  receiveWaitMsMax: 20 * 24 * 3_600_000,
  /** How long a command waits for the server before it says that it cannot be reached. */
  onlineMs: 15_000,
  serverStartMs: 60_000,
  /** The server gives calls in flight 30 s. */
  serverStopMs: 40_000,
  historyDefault: 50,
  /** Messages that `receive` takes from the vault and prints with one write. */
  receiveBatch: 256,

  /** After this the ESC byte stands for the Escape key. */
  escapeMs: 40,
  /** Bytes of one escape sequence of a key. */
  keySequenceBytesMax: 64,
  draftCharactersMax: 60_000,
  sentLinesKept: 100,
  inputRowsMax: 6,
  /** Combining marks that one character may carry on the screen. */
  marksPerCharacterMax: 4,
  historyPage: 200,
  searchResultsMax: 200,
  frameMs: 16,
  noticeMs: 8_000,
  clockTickMs: 1_000,
} as const;
