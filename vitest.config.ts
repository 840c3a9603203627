import { defineConfig } from 'vitest/config';

const suites = ['unit', 'interop', 'integration', 'packaging'] as const;

export default defineConfig({
  test: {
    projects: suites.map((name) => ({
      test: {
        name,
        include: [`test/${name}/**/*.test.{ts,tsx}`],
        environment: 'node',
        pool: 'forks',
        testTimeout: name === 'unit' ? 60_000 : 300_000,
        hookTimeout: name === 'unit' ? 60_000 : 300_000,
      },
    })),
    maxWorkers: 2,
  },
});
