import { z } from 'zod';
import { errorCodes } from '../errors.ts';

/** Numbers a request on one transport; the peer that asks counts up from 1. */
const id = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const name = z.string().min(1).max(64);

/** What the page sends: ask once, ask for a stream, or take either back. */
export const requestMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('call'), id, service: name, method: name, input: z.unknown() }),
  z.strictObject({ type: z.literal('open'), id, service: name, method: name, input: z.unknown() }),
  z.strictObject({ type: z.literal('cancel'), id }),
]);
export type RequestMessage = z.infer<typeof requestMessage>;

const wireError = z.strictObject({
  code: z.enum(errorCodes),
  message: z.string(),
  hint: z.string(),
  retry: z.enum(['never', 'later', 'after-action']),
});

/** What main sends: the answer of a call, a state of a stream and its end, or why there is neither. */
export const replyMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ok'), id, output: z.unknown() }),
  z.strictObject({ type: z.literal('item'), id, item: z.unknown() }),
  z.strictObject({ type: z.literal('end'), id }),
  z.strictObject({ type: z.literal('error'), id, error: wireError }),
]);
export type ReplyMessage = z.infer<typeof replyMessage>;

/** The JSON value of a message; undefined for what is no text, too long or no JSON. */
export function parseText(text: unknown, maxLength: number): unknown {
  if (typeof text !== 'string' || text.length > maxLength) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The request number in a message that is otherwise not understood, so that its sender can be told. */
export function requestIdOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'id')) return undefined;
  return id.safeParse((value as { readonly id: unknown }).id).data;
}
