/**
 * `npm test`: installs or names the system programs the suites need, runs every suite, and fails when one that should
 * have run did not: a suite without a single executed test, or with a skipped one, is a failure.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { electronRuntime } from './helpers/electron-runtime.ts';
import { ensureSystemPackages } from './helpers/system-packages.ts';

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Suite {
  readonly name: string;
  /** The command; `report` is where it writes its results as JSON, null for a step that is itself one test. */
  readonly command: (report: string) => readonly string[];
  readonly read: ((report: unknown) => Outcome) | null;
}

const bin = (name: string): string => join('node_modules', '.bin', name);

function readVitest(report: unknown): Outcome {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites } = report as Record<
    string,
    number
  >;
  return {
    passed: numPassedTests ?? 0,
    failed: (numFailedTests ?? 0) + (numFailedTests === 0 ? (numFailedTestSuites ?? 0) : 0),
    skipped: (numPendingTests ?? 0) + (numTodoTests ?? 0),
  };
}

function readPlaywright(report: unknown): Outcome {
  const { stats } = report as { stats: { expected: number; unexpected: number; flaky: number; skipped: number } };
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
}

const vitest = (name: string): Suite => ({
  name,
  command: (report) => [
    bin('vitest'),
    'run',
    '--project',
    name,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ],
  read: readVitest,
});

const playwright = (name: string): Suite => ({
  name,
  command: () => [bin('playwright'), 'test', '-c', `test/${name}/playwright.config.ts`, '--reporter=list,json'],
  read: readPlaywright,
});

function suites(): readonly Suite[] {
  const all: Suite[] = [
    { name: 'check', command: () => ['npm', 'run', 'check'], read: null },
    vitest('unit'),
    vitest('interop'),
    vitest('integration'),
    vitest('packaging'),
    playwright('e2e'),
  ];
  if (electronRuntime() !== null) {
    all.push(playwright('electron'));
  } else if (process.env['REQUIRE_ELECTRON'] === '1') {
    throw new Error('REQUIRE_ELECTRON=1, but there is no Electron runtime: run `npx install-electron` first.');
  } else {
    console.log("The suite 'electron' needs Electron's own runtime, which is not on this machine.");
  }
  return all;
}

function runSuite(suite: Suite, directory: string): Outcome {
  const report = join(directory, `${suite.name}.json`);
  const [program = '', ...args] = suite.command(report);
  console.log(`\n== ${suite.name}`);
  const { status } = spawnSync(program, args, {
    stdio: 'inherit',
    env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: report },
  });
  if (suite.read === null) {
    return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 };
  }
  if (!existsSync(report)) {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const outcome = suite.read(JSON.parse(readFileSync(report, 'utf8')));
  return { ...outcome, failed: status === 0 ? outcome.failed : Math.max(1, outcome.failed) };
}

function main(): number {
  ensureSystemPackages();
  const only = process.argv.slice(2);
  const directory = mkdtempSync(join(tmpdir(), 'tidemark-tests-'));
  const total = { passed: 0, failed: 0, skipped: 0 };
  const complaints: string[] = [];
  try {
    for (const suite of suites().filter(({ name }) => only.length === 0 || only.includes(name))) {
      const outcome = runSuite(suite, directory);
      total.passed += outcome.passed;
      total.failed += outcome.failed;
      total.skipped += outcome.skipped;
      if (outcome.failed > 0) {
        complaints.push(`${suite.name}: ${outcome.failed} failed`);
      }
      if (outcome.skipped > 0) {
        complaints.push(`${suite.name}: ${outcome.skipped} skipped, which counts as failed`);
      }
      if (outcome.passed + outcome.failed === 0) {
        complaints.push(`${suite.name}: not one test ran`);
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  console.log(`\n${complaints.join('\n')}`);
  console.log(`${total.passed} passed, ${total.failed + total.skipped} failed`);
  return complaints.length === 0 ? 0 : 1;
}

process.exitCode = main();
