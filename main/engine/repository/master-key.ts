import type { RandomSource } from '../platform/random.ts';
import { AppError } from '../../../shared/errors.ts';
import { base64Bytes, isObject, parseObject } from './json.ts';
import type { MasterKey } from './types.ts';

/** A fresh master key. */
export function randomMasterKey(random: RandomSource): MasterKey {
  return { encrypt: random.bytes(32), macK: random.bytes(16), macR: random.bytes(16) };
}

/** The key that 64 bytes from scrypt stand for: encrypt, k, r. */
export function keyFromBytes(bytes: Uint8Array): MasterKey {
  if (bytes.length !== 64) throw new AppError('internal', 'A key has 64 bytes.');
  return { encrypt: bytes.slice(0, 32), macK: bytes.slice(32, 48), macR: bytes.slice(48, 64) };
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Whether a key may be used: right lengths, no part all zero (the format refuses such keys). */
export function isValidKey(key: MasterKey): boolean {
  return (
    key.encrypt.length === 32 &&
    key.macK.length === 16 &&
    key.macR.length === 16 &&
    !isZero(key.encrypt) &&
    !isZero(key.macK) &&
    !isZero(key.macR)
  );
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** The JSON that key files seal (format section 4). r is written as it was read. */
export function encodeMasterKey(key: MasterKey): Buffer {
  const value = { mac: { k: base64(key.macK), r: base64(key.macR) }, encrypt: base64(key.encrypt) };
  return Buffer.from(JSON.stringify(value));
}

/** The key that such JSON holds, or `undefined` when it holds none or an unusable one. */
export function decodeMasterKey(json: Uint8Array): MasterKey | undefined {
  const value = parseObject(json);
  const mac = value?.['mac'];
  if (value === undefined || !isObject(mac)) return undefined;
  const encrypt = base64Bytes(value['encrypt']);
  const macK = base64Bytes(mac['k']);
  const macR = base64Bytes(mac['r']);
  if (encrypt === undefined || macK === undefined || macR === undefined) return undefined;
  const key = { encrypt, macK, macR };
  return isValidKey(key) ? key : undefined;
}

/** Whether two keys are the same secrets; r is compared as Poly1305 uses it, so clamped. */
export function sameKey(a: MasterKey, b: MasterKey): boolean {
  const clamp = (r: Uint8Array) => r.map((byte, at) => byte & (at % 4 === 3 ? 0x0f : at > 3 && at % 4 === 0 ? 0xfc : 0xff));
  return (
    Buffer.compare(a.encrypt, b.encrypt) === 0 &&
    Buffer.compare(a.macK, b.macK) === 0 &&
    Buffer.compare(clamp(a.macR), clamp(b.macR)) === 0
  );
}
