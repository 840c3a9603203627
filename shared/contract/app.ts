import { z } from 'zod';
import { call, stream } from '../rpc/descriptors.ts';
import { count, nothing, token } from './common.ts';

/** What this shell can do; the page hides what it cannot. */
export const capabilities = z.strictObject({
  shell: z.enum(['electron', 'headless']),
  platform: z.enum(['linux', 'darwin', 'win32']),
  version: z.string(),
  hostname: z.string(),
  nativeDialogs: z.boolean(),
  keychain: z.enum(['available', 'locked', 'unavailable']),
  keychainName: z.string(),
});
export type Capabilities = z.infer<typeof capabilities>;

/** Colours of the page; `system` follows the desktop. */
export const theme = z.enum(['system', 'light', 'dark']);

/** What is the same for every plan, kept in the profile of this computer. */
export const settings = z.strictObject({ theme });
export type Settings = z.infer<typeof settings>;

/** Something the whole application has to say, with at most one thing to do about it. */
export const notice = z.strictObject({
  id: z.string(),
  severity: z.enum(['info', 'attention', 'risk']),
  title: z.string(),
  detail: z.string(),
  dismissable: z.boolean(),
});
export type Notice = z.infer<typeof notice>;

/** One entry of the folder picker that main draws for shells without native dialogs. */
export const folderEntry = z.strictObject({
  token,
  name: z.string(),
  kind: z.enum(['home', 'drive', 'folder', 'root']),
});

/** One folder of that picker; `token` and `parent` are null at the starting points. Entries are sorted by name. */
export const folderListing = z.strictObject({
  token: token.nullable(),
  path: z.string(),
  parent: token.nullable(),
  freeBytes: count.nullable(),
  entries: z.array(folderEntry),
  truncated: z.boolean(),
});
export type FolderListing = z.infer<typeof folderListing>;

/** The application as a whole: what it can do, its settings, what it has to say. */
export const appService = {
  capabilities: call(nothing, capabilities),
  settings: stream(nothing, settings),
  updateSettings: call(settings.partial(), nothing),
  notices: stream(nothing, z.array(notice)),
  dismissNotice: call(z.strictObject({ id: z.string() }), nothing),
  /** An error of the page itself, for the log. */
  reportPageError: call(z.strictObject({ message: z.string().max(4_000), where: z.string().max(4_000) }), nothing),
};

/** Choosing folders: each answer mints the tokens that other calls take. */
export const foldersService = {
  /** `token: null` lists the starting points (home, drives, root). Hidden folders only on request. */
  list: call(z.strictObject({ token: token.nullable(), hidden: z.boolean() }), folderListing),
  create: call(z.strictObject({ parent: token, name: z.string().min(1).max(255) }), z.strictObject({ token })),
  /** The system's own dialog; null when it was closed. Only where `capabilities.nativeDialogs`. */
  pick: call(
    z.strictObject({ purpose: z.enum(['source', 'destination', 'restore', 'archive']) }),
    z.strictObject({ token: token.nullable(), path: z.string() }),
  ),
};
