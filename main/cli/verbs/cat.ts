import { AppError } from '../../../shared/errors.ts';
import { readPack } from '../../engine/repository/pack-reader.ts';
import type { Repository } from '../../engine/repository/repository.ts';
import type { UnpackedType } from '../../engine/repository/unpacked.ts';
import { loadIndex, openNamed, withRepository } from '../open-repository.ts';
import type { RepositoryWork } from '../open-repository.ts';
import { snapshotJson } from '../snapshot-text.ts';
import { defineVerb } from '../verb.ts';
import type { VerbContext } from '../verb.ts';

const kinds = 'masterkey, config, pack, blob, snapshot, index, key, lock or tree';

function pretty(json: Uint8Array): string {
  return JSON.stringify(JSON.parse(Buffer.from(json).toString('utf8')), undefined, 2);
}

async function fullId(repository: Repository, type: UnpackedType | 'key' | 'pack', prefix: string): Promise<string> {
  const names = await Array.fromAsync(repository.storage.list(type), ({ name }) => name);
  const matches = names.filter((name) => name.startsWith(prefix));
  const [match] = matches;
  if (match === undefined) throw new AppError('not-found', `There is no ${type} ${prefix}.`);
  if (matches.length > 1) throw new AppError('ambiguous', `${prefix} is the beginning of several ids.`, { hint: 'Give more digits.' });
  return match;
}

function masterKeyText({ masterKey }: Repository): string {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const value = { mac: { k: base64(masterKey.macK), r: base64(masterKey.macR) }, encrypt: base64(masterKey.encrypt) };
  return JSON.stringify(value, undefined, 2);
}

function configText({ config }: Repository): string {
  const { version, id, polynomial, extra } = config;
  return JSON.stringify({ version, id, chunker_polynomial: polynomial.toString(16), ...extra }, undefined, 2);
}

async function blobBytes(work: RepositoryWork, context: VerbContext, id: string): Promise<Uint8Array> {
  const { repository } = work;
  await loadIndex(work, context);
  for (const type of ['data', 'tree'] as const) {
    if (/^[0-9a-f]{64}$/.test(id) && repository.index.has(type, id)) return await repository.loadBlob(type, id);
  }
  throw new AppError('not-found', `There is no blob ${id} in the index.`, { hint: 'The id of a blob must be complete.' });
}

async function content(work: RepositoryWork, context: VerbContext, kind: string, id: string): Promise<string | Uint8Array> {
  const { repository } = work;
  switch (kind) {
    case 'snapshot': {
      const named = await openNamed(work, context, id, {});
      const { id: _id, short_id: _short, ...fields } = snapshotJson(named.snapshot);
      return JSON.stringify(fields, undefined, 2);
    }
    case 'tree': {
      const { treeId } = await openNamed(work, context, id, {});
      return await repository.loadBlob('tree', treeId);
    }
    case 'index':
    case 'lock':
      return pretty(await repository.loadUnpacked(kind, await fullId(repository, kind, id)));
    case 'key':
      return pretty(await repository.storage.load({ type: 'key', name: await fullId(repository, 'key', id) }));
    case 'pack': {
      const name = await fullId(repository, 'pack', id);
      const { size } = await repository.storage.stat({ type: 'pack', name });
      return await readPack(repository.storage, name, { offset: 0, length: size });
    }
    case 'blob':
      return await blobBytes(work, context, id);
    default:
      throw new AppError('invalid-input', `There is no ‘${kind}’ to show.`, { hint: `Use ${kinds}.` });
  }
}

export const verb = defineVerb(
  'masterkey | config | pack id | blob id | snapshot id | index id | key id | lock id | tree snapshot[:subfolder]',
  'Shows internal objects.',
  {},
  async (context) => {
    const [kind, id] = context.args;
    if (kind === undefined) throw new AppError('invalid-input', 'Nothing to show was named.', { hint: `Use ${kinds}.` });
    return await withRepository(context, 'read', async (work) => {
      if (kind === 'config') context.output.line(configText(work.repository));
      else if (kind === 'masterkey') context.output.line(masterKeyText(work.repository));
      else if (id === undefined) throw new AppError('invalid-input', `Which ${kind}? Its id is missing.`);
      else {
        const value = await content(work, context, kind, id);
        if (typeof value === 'string') context.output.line(value);
        else context.output.io.stdout.write(value);
      }
      return 0;
    });
  },
);
