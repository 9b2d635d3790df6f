/** An `EVP_CIPHER_CTX` that is keyed once and used for every packet. OpenSSL erases it when it is freed. */
import { NativeMemory } from "./ffi/native-memory.ts";
import { loadOpenSsl, NULL } from "./ffi/open-ssl.ts";

const freeContext = (context: bigint): void => loadOpenSsl().functions.EVP_CIPHER_CTX_free(context);
/** The last net: whoever owns a context frees it. */
const abandoned = new FinalizationRegistry<bigint>(freeContext);

const fetched = new Map<string, bigint>();

/** Looking an algorithm up takes longer than sealing a packet, so it is done once. */
function fetchCipher(name: string): bigint {
  let cipher = fetched.get(name);
  if (cipher === undefined) {
    cipher = loadOpenSsl().functions.EVP_CIPHER_fetch(NULL, name, NULL);
    if (cipher === NULL) throw new Error(`OpenSSL lacks ${name}`);
    fetched.set(name, cipher);
  }
  return cipher;
}

export type CipherContextOptions = {
  /** OpenSSL's name of the algorithm. */
  readonly cipher: string;
  readonly key: Uint8Array;
  /** Of any value where each packet brings its own; absent where the algorithm has none. */
  readonly iv?: Uint8Array;
};

/** On their way into OpenSSL, and erased at once. */
const keyMemory = new NativeMemory(32);
const ivMemory = new NativeMemory(16);

export class CipherContext {
  #address: bigint;

  constructor(direction: "encrypt" | "decrypt", { cipher, key, iv }: CipherContextOptions) {
    const { functions } = loadOpenSsl();
    const algorithm = fetchCipher(cipher);
    this.#address = functions.EVP_CIPHER_CTX_new();
    if (this.#address === NULL) throw new Error("no memory for a cipher");
    abandoned.register(this, this.#address, this);
    const initialise = direction === "encrypt" ? functions.EVP_EncryptInit_ex : functions.EVP_DecryptInit_ex;
    keyMemory.bytes.set(key);
    ivMemory.bytes.set(iv ?? []);
    const done = initialise(
      this.#address,
      algorithm,
      NULL,
      keyMemory.address,
      iv === undefined ? NULL : ivMemory.address,
    );
    keyMemory.erase();
    ivMemory.erase();
    if (done !== 1) throw new Error(`OpenSSL does not take the key for ${cipher}`);
    functions.EVP_CIPHER_CTX_set_padding(this.#address, 0);
  }

  /** 0 once freed. */
  get address(): bigint {
    return this.#address;
  }

  free(): void {
    if (this.#address === NULL) return;
    abandoned.unregister(this);
    freeContext(this.#address);
    this.#address = NULL;
  }
}
