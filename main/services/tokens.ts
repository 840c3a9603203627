import path from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { hmac, timingSafeEqual } from '../engine/platform/crypto.ts';
import { joinNames, pathBytes, pathText, splitPath } from './paths.ts';

const macBytes = 16;
const maxBytes = 14_000;

/**
 * Addresses that main hands to the page and recognises when they come back: a path of this computer, or a place in a
 * plan's history. The key lives in the profile, so an address stays good after a restart; nothing else can make one.
 */
export class Tokens {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    if (key.length < 32) throw new AppError('internal', 'The key of addresses has 32 bytes.');
    this.#key = key;
  }

  /** The token of an absolute path. */
  path(absolute: Uint8Array | string): string {
    return this.#make('path', typeof absolute === 'string' ? pathBytes(absolute) : absolute);
  }

  /** The path of a token; `unauthorised` when this program did not make it. */
  readPath(token: string): Buffer {
    const bytes = this.#read('path', token);
    if (!path.isAbsolute(pathText(bytes))) throw forged();
    return bytes;
  }

  /** The place of a file or folder (names from the root of the history) in one plan. */
  place(planId: string, names: readonly Uint8Array[]): string {
    return this.#make(`place:${planId}`, joinNames(names));
  }

  /** The names of a place; `unauthorised` when this program did not make it for this plan. */
  readPlace(planId: string, place: string): Buffer[] {
    return splitPath(this.#read(`place:${planId}`, place));
  }

  #make(kind: string, bytes: Uint8Array): string {
    if (bytes.length > maxBytes) throw new AppError('too-large', 'A path is longer than can be shown.');
    return `${Buffer.from(bytes).toString('base64url')}.${this.#mac(kind, bytes).toString('base64url')}`;
  }

  #read(kind: string, token: string): Buffer {
    const dot = token.indexOf('.');
    const bytes = Buffer.from(token.slice(0, dot), 'base64url');
    const mac = Buffer.from(token.slice(dot + 1), 'base64url');
    // One text per address: a sloppy decoder would accept several.
    const canonical = `${bytes.toString('base64url')}.${mac.toString('base64url')}` === token;
    if (dot < 0 || !canonical || !timingSafeEqual(mac, this.#mac(kind, bytes))) throw forged();
    return bytes;
  }

  #mac(kind: string, bytes: Uint8Array): Buffer {
    return hmac(this.#key, Buffer.concat([Buffer.from(`${kind}\0`), bytes])).subarray(0, macBytes);
  }
}

function forged(): AppError {
  return new AppError('unauthorised', 'That file or folder was not offered by Tidemark.', {
    hint: 'Choose it again.',
    retry: 'after-action',
  });
}
