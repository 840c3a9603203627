import { walkTree } from '../../../../main/engine/snapshot/tree-reader.ts';
import { MemoryStorage } from '../../../../main/engine/storage/memory-storage.ts';
import { backUp } from '../../../helpers/backup.ts';
import { quickRepository } from '../../../helpers/repository.ts';

/** Backs up the folder named on the command line into memory and prints the report and the paths in it. */
const repository = await quickRepository(new MemoryStorage());
const report = await backUp(repository, process.argv.slice(2));
const paths: string[] = [];
await walkTree(repository, report.treeId, ({ path }) => {
  paths.push(path.toString());
});
console.log(JSON.stringify({ report, paths }));
