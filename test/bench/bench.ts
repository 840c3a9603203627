/**
 * `npm run bench`: Tidemark, restic and borg in turn on the same data, whole commands, a fresh repository per round, warm
 * cache. Prints medians, the ratio pair by pair, CPU seconds, peak memory and repository size. `--quick` for a minute's
 * run, `--json` for machines, `--rounds n`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dataSets } from './data-sets.ts';

interface Sample {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

interface Program {
  readonly name: string;
  readonly command: (operation: Operation, repository: string, source: string, target: string) => readonly string[];
}

type Operation = 'init' | 'backup' | 'restore' | 'check' | 'check-data';

const root = join(import.meta.dirname, '..', '..');
const environment = {
  ...process.env,
  TIDEMARK_PASSWORD: 'bench',
  RESTIC_PASSWORD: 'bench',
  BORG_PASSPHRASE: 'bench',
  BORG_RELOCATED_REPO_ACCESS_IS_OK: 'yes',
};

const tidemark: Program = {
  name: 'tidemark',
  command: (operation, repository, source, target) => {
    const run = [process.execPath, join(root, 'main/cli/main.ts'), '-q', '-r', repository];
    const verbs: Record<Operation, readonly string[]> = {
      init: ['init'],
      backup: ['backup', source],
      restore: ['restore', 'latest', '--target', target],
      check: ['check'],
      'check-data': ['check', '--read-data'],
    };
    return [...run, ...verbs[operation]];
  },
};

const restic: Program = {
  name: 'restic',
  command: (operation, repository, source, target) => [
    'restic',
    '-q',
    '--no-cache',
    ...tidemark.command(operation, repository, source, target).slice(3),
  ],
};

const borg: Program = {
  name: 'borg',
  command: (operation, repository, source, target) => {
    const verbs: Record<Operation, readonly string[]> = {
      init: ['borg', 'init', '-e', 'repokey-blake2', repository],
      backup: ['borg', 'create', '-C', 'zstd,3', `${repository}::{utcnow}`, source],
      restore: ['sh', '-c', `cd '${target}' && borg extract '${repository}'::"$(borg list --short --last 1 '${repository}')"`],
      check: ['borg', 'check', '--repository-only', repository],
      'check-data': ['borg', 'check', '--verify-data', repository],
    };
    return verbs[operation];
  },
};

function measure(command: readonly string[], scratch: string): Sample {
  const log = join(scratch, 'time');
  const { status, stderr } = spawnSync('/usr/bin/time', ['-f', '%e %U %S %M', '-o', log, ...command], {
    env: environment,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (status !== 0) {
    throw new Error(`${command.join(' ')} ended with ${status}: ${stderr.slice(-2_000)}`);
  }
  const [seconds = 0, user = 0, system = 0, kibibytes = 0] = readFileSync(log, 'utf8').trim().split(/\s+/).map(Number);
  return { seconds, cpuSeconds: user + system, peakMiB: kibibytes / 1_024 };
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
    const facts = statSync(join(folder, name));
    return facts.isFile() ? sum + facts.size : sum;
  }, 0);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

const steps: readonly { readonly label: string; readonly operation: Operation; readonly change?: true }[] = [
  { label: 'first backup', operation: 'backup' },
  { label: 'nothing changed', operation: 'backup' },
  { label: '1 % changed', operation: 'backup', change: true },
  { label: 'restore all', operation: 'restore' },
  { label: 'check', operation: 'check' },
  { label: 'check, all data', operation: 'check-data' },
];

interface Row {
  readonly set: string;
  readonly step: string;
  readonly program: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  /** How many times faster Tidemark was: the median of the ratios of each round. */
  readonly ratio: number;
  readonly repositoryMiB: number;
}

function benchSet(set: ReturnType<typeof dataSets>[number], rounds: number, scratch: string): Row[] {
  const programs = [tidemark, restic, borg];
  const samples = new Map<string, Sample[]>();
  const sizes = new Map<string, number>();
  const source = join(scratch, 'source');
  for (let round = 0; round < rounds; round++) {
    mkdirSync(source);
    set.build(source);
    const repositories = programs.map(({ name }) => join(scratch, `repository-${name}`));
    programs.forEach((program, index) => measure(program.command('init', repositories[index] ?? '', source, ''), scratch));
    for (const step of steps) {
      if (step.change === true) {
        set.change(source);
      }
      programs.forEach((program, index) => {
        const repository = repositories[index] ?? '';
        const target = join(scratch, 'target');
        mkdirSync(target);
        const sample = measure(program.command(step.operation, repository, source, target), scratch);
        rmSync(target, { recursive: true, force: true });
        const key = `${step.label}|${program.name}`;
        samples.set(key, [...(samples.get(key) ?? []), sample]);
        sizes.set(key, sizeOf(repository) / (1 << 20));
      });
    }
    for (const folder of [source, ...repositories]) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return steps.flatMap(({ label }) =>
    programs.map(({ name }) => {
      const own = samples.get(`${label}|${name}`) ?? [];
      const ours = samples.get(`${label}|tidemark`) ?? [];
      return {
        set: set.name,
        step: label,
        program: name,
        seconds: median(own.map(({ seconds }) => seconds)),
        cpuSeconds: median(own.map(({ cpuSeconds }) => cpuSeconds)),
        peakMiB: median(own.map(({ peakMiB }) => peakMiB)),
        ratio: median(own.map(({ seconds }, round) => seconds / (ours[round]?.seconds ?? seconds))),
        repositoryMiB: sizes.get(`${label}|${name}`) ?? 0,
      };
    }),
  );
}

function print(rows: readonly Row[]): void {
  console.log('| set | operation | program | s | CPU s | peak MiB | tidemark is faster by | repository MiB |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const row of rows) {
    const cells = [row.set, row.step, row.program, row.seconds.toFixed(2), row.cpuSeconds.toFixed(2), row.peakMiB.toFixed(0)];
    console.log(`| ${cells.join(' | ')} | ${row.ratio.toFixed(2)} | ${row.repositoryMiB.toFixed(0)} |`);
  }
}

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, rounds: { type: 'string' } },
});
const quick = values.quick === true;
const scratch = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
try {
  const rows = dataSets(quick).flatMap((set) => benchSet(set, Number(values.rounds ?? (quick ? 1 : 5)), scratch));
  if (values.json === true) {
    console.log(JSON.stringify(rows, null, 2));
  } else {
    print(rows);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
