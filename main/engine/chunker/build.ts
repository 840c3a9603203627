import path from 'node:path';
import { main as compile } from 'assemblyscript/asc';
import { fs } from '../platform/native-fs.ts';

const source = path.join('assembly', 'rabin.ts');
const target = path.join(import.meta.dirname, 'rabin-wasm.generated.ts');

/** Compiles assembly/rabin.ts and returns the text of rabin-wasm.generated.ts; throws when it does not compile. */
export async function compileRabin(): Promise<string> {
  let binary: Uint8Array | undefined;
  let complaints = '';
  const result = await compile(
    [source, '--outFile', 'rabin.wasm', '-O3', '--runtime', 'stub', '--noAssert', '--baseDir', import.meta.dirname],
    {
      writeFile: (_name, contents) => {
        binary = typeof contents === 'string' ? Buffer.from(contents) : contents;
      },
      stderr: {
        write: (chunk) => {
          complaints += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
        },
      },
    },
  );
  if (result.error !== null || binary === undefined) {
    throw new Error(`rabin.ts does not compile: ${complaints}`, { cause: result.error });
  }
  return generatedModule(Buffer.from(binary).toString('base64'));
}

function generatedModule(base64: string): string {
  const lines = base64.match(/.{1,110}/g) ?? [];
  return [
    '// Made by main/engine/chunker/build.ts (npm run build:chunker) from assembly/rabin.ts. Do not edit.',
    '',
    '/** The WebAssembly module of the rolling hash, as base64. */',
    'export const rabinWasm =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
}

if (import.meta.main) {
  fs.writeFileSync(target, await compileRabin());
}
