import { join } from 'node:path';
import { defineConfig } from 'electron-vite';
import page from './renderer/vite.config.ts';

const here = (path: string): string => join(import.meta.dirname, path);

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node24',
      minify: false,
      reportCompressedSize: false,
      // Everything goes into the bundles but the keyring, which is machine code.
      externalizeDeps: false,
      rollupOptions: {
        external: ['electron', 'original-fs', /^@napi-rs\/keyring/],
        input: {
          electron: here('main/electron/main.ts'),
          headless: here('main/headless/main.ts'),
          cli: here('main/cli/main.ts'),
          'engine-worker': here('main/engine/workers/engine-worker.ts'),
        },
        // All in one folder: code that looks for its neighbours (the worker, the page) may be in any of these files.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'shared-[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      reportCompressedSize: false,
      // A sandboxed preload can load nothing but electron: everything else goes into the one file.
      externalizeDeps: false,
      rollupOptions: {
        input: { bridge: here('preload/bridge.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    ...page,
    root: here('renderer'),
    build: { ...page.build, outDir: here('out/renderer'), rollupOptions: { input: here('renderer/index.html') } },
  },
});
