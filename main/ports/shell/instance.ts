import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * How a second start finds the first: a file only this user can read says where the page is served and holds a secret
 * that is good for asking for a new address. Whether it is stale is decided by the profile's lock, never by this file.
 */
const announcement = z.strictObject({
  pid: z.number().int(),
  origin: z.string().regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/),
  secret: z.string().min(20).max(200),
});
export type Announcement = z.infer<typeof announcement>;

const fileName = 'instance.json';

/** Writes the file whole or not at all; disposing removes it. */
export function announce(dataFolder: string, facts: Announcement): Disposable {
  const path = join(dataFolder, fileName);
  const draft = `${path}.${facts.pid}`;
  rmSync(draft, { force: true });
  writeFileSync(draft, JSON.stringify(facts), { mode: 0o600, flag: 'wx' });
  renameSync(draft, path);
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
}

/**
 * A fresh address of the Tidemark that has the profile; null when it serves none (the desktop app). Waits for
 * `patience` milliseconds: the other start may hold the lock and not be serving yet.
 */
export async function askRunningInstance(dataFolder: string, patience = 5_000): Promise<string | null> {
  for (let waited = 0; waited <= patience; waited += 100) {
    const facts = read(dataFolder);
    const address = facts === null ? null : await requestAddress(facts);
    if (address !== null) return address;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return null;
}

function read(dataFolder: string): Announcement | null {
  try {
    return announcement.parse(JSON.parse(readFileSync(join(dataFolder, fileName), 'utf8')));
  } catch {
    return null;
  }
}

async function requestAddress({ origin, secret }: Announcement): Promise<string | null> {
  try {
    const response = await fetch(`${origin}/instance`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      signal: AbortSignal.timeout(2_000),
    });
    const { address } = z.strictObject({ address: z.string() }).parse(await response.json());
    return address.startsWith(`${origin}/`) ? address : null;
  } catch {
    return null;
  }
}
