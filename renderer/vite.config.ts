import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * For working on the page: `npx vite -c renderer/vite.config.ts` with TIDEMARK_SERVER=http://127.0.0.1:PORT, where a
 * headless shell answers. Vite's own scripts need a looser policy than the built page gets, so none is sent there.
 */
const server = process.env['TIDEMARK_SERVER'];
const forward = server === undefined ? undefined : { target: server, changeOrigin: true, headers: { origin: server } };

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  publicDir: '../assets/public',
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    ...(forward === undefined ? {} : { proxy: { '/session': forward, '/rpc': { ...forward, ws: true } } }),
  },
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    // The same files serve the desktop shell and whatever browser a person has.
    target: 'es2023',
    minify: true,
    // The policy has no room for scripts and fonts inside other files, and neither need them.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Loaded from this computer: one file is as good as many.
    chunkSizeWarningLimit: 4_000,
    reportCompressedSize: false,
  },
});
