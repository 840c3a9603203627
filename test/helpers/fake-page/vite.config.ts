import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { contentSecurityPolicy } from '../../../shared/format/csp.ts';

/** Builds and serves the page over the fake client, under the product's content security policy. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: resolve(import.meta.dirname, '../../../assets/public'),
  plugins: [react()],
  build: {
    outDir: resolve(import.meta.dirname, '../../../out/fake-page'),
    emptyOutDir: true,
    modulePreload: { polyfill: false },
  },
  preview: { headers: { 'content-security-policy': contentSecurityPolicy } },
});
