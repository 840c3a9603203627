import { z } from 'zod';
import { errorCodes } from '../errors.ts';

/**
 * Words used by every service of the contract. The page never sends a path it made up: a *token* stands for a
 * path that main showed (dialog, drop, proposal), a *place* for a file or folder inside a plan's history.
 */
export const token = z.string().min(1).max(20_000);
/** A file or folder inside a plan's history, minted by main (see {@link token}). */
export const place = z.string().min(1).max(20_000);
/** Names a plan on this computer. */
export const planId = z.string().min(1).max(64);
/** Names a version: the id of its snapshot in hexadecimal. */
export const versionId = z.string().regex(/^[0-9a-f]{64}$/);
/** Names a run in the history of this computer. */
export const runId = z.string().min(1).max(64);

/** RFC 3339 in UTC. */
export const instant = z.string().max(40);

/** Bytes or counts; main never sends one above 2^53. */
export const count = z.number().int().nonnegative();

/** An error as it crosses to the page: never a stack, never a secret. */
export const errorFacts = z.strictObject({
  code: z.enum(errorCodes),
  message: z.string(),
  hint: z.string(),
  retry: z.enum(['never', 'later', 'after-action']),
});

/** The input or answer of a method that needs none. */
export const nothing = z.strictObject({});
