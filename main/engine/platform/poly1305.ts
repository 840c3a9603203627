import sodium, { ready } from 'libsodium-wrappers-sumo';
import { AppError } from '../../../shared/errors.ts';

/** The part of libsodium's WebAssembly module that is used without its wrappers, which copy each message twice. */
interface SodiumModule {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _crypto_onetimeauth(out: number, message: number, lengthLow: number, lengthHigh: number, key: number): number;
  _crypto_onetimeauth_statebytes(): number;
  _crypto_onetimeauth_init(state: number, key: number): number;
  _crypto_onetimeauth_update(state: number, message: number, lengthLow: number, lengthHigh: number): number;
  _crypto_onetimeauth_final(state: number, out: number): number;
}

interface Engine {
  readonly module: SodiumModule;
  readonly key: number;
  readonly state: number;
  readonly tag: number;
  readonly window: number;
}

/** Messages pass through this much WebAssembly memory: it stays in the processor's cache, and memory stays small. */
const windowSize = 64 * 1024;

// One WebAssembly instance a thread: it is loaded asynchronously but used synchronously, per blob.
let engine: Engine | undefined;

/** Loads the WebAssembly code; once per thread, before the first {@link poly1305}. */
export async function poly1305Ready(): Promise<void> {
  if (engine !== undefined) return;
  await ready;
  const module = (sodium as unknown as { readonly libsodium: SodiumModule }).libsodium;
  engine ??= {
    module,
    key: module._malloc(32),
    state: module._malloc(module._crypto_onetimeauth_statebytes()),
    tag: module._malloc(16),
    window: module._malloc(windowSize),
  };
}

/**
 * Poly1305 (RFC 8439) of `message`, 16 bytes. `key` is r || s, 32 bytes; r is clamped here.
 * Synchronous; {@link poly1305Ready} must have resolved in this thread.
 */
export function poly1305(key: Uint8Array, message: Uint8Array): Buffer {
  if (engine === undefined) throw new AppError('internal', 'Poly1305 was used before it was loaded.');
  if (key.length !== 32) throw new AppError('internal', 'Poly1305 needs a key of 32 bytes.');
  const { module } = engine;
  module.HEAPU8.set(key, engine.key);
  if (message.length <= windowSize) {
    module.HEAPU8.set(message, engine.window);
    module._crypto_onetimeauth(engine.tag, engine.window, message.length, 0, engine.key);
  } else {
    module._crypto_onetimeauth_init(engine.state, engine.key);
    for (let start = 0; start < message.length; start += windowSize) {
      const part = message.subarray(start, start + windowSize);
      module.HEAPU8.set(part, engine.window);
      module._crypto_onetimeauth_update(engine.state, engine.window, part.length, 0);
    }
    module._crypto_onetimeauth_final(engine.state, engine.tag);
  }
  const tag = Buffer.from(module.HEAPU8.subarray(engine.tag, engine.tag + 16));
  module.HEAPU8.fill(0, engine.key, engine.key + 32);
  return tag;
}
