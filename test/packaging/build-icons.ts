/** Makes every icon file in assets/ from its SVG sources: `node test/packaging/build-icons.ts`, with Chromium there. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import type { Page } from '@playwright/test';
import { writeIcns, writeIco } from './icon-containers.ts';
import type { IconImage } from './icon-containers.ts';

const assets = join(import.meta.dirname, '..', '..', 'assets');

/** Drawn by hand for few pixels up to this size. */
const smallUpTo = 32;
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1_024];
const icoSizes = [16, 24, 32, 48, 64, 128, 256];

const trayKinds = ['idle', 'running', 'attention', 'paused'] as const;
type TrayKind = (typeof trayKinds)[number];

const badges: Readonly<Record<TrayKind, string>> = {
  idle: '',
  running: '<circle cx="24" cy="24" r="8" fill="#073740"/><path d="M24 19 V29 M20 25 L24 29 L28 25" stroke="#8ff0e4" stroke-width="2.6" fill="none"/>',
  attention: '<circle cx="24" cy="24" r="8" fill="#e8a33d"/><path d="M24 19.5 V25" stroke="#2b1a00" stroke-width="3"/><circle cx="24" cy="28.3" r="1.7" fill="#2b1a00"/>',
  paused: '<circle cx="24" cy="24" r="8" fill="#c9d2d4"/><path d="M21.5 20 V28 M26.5 20 V28" stroke="#20292c" stroke-width="2.8"/>',
};

/** For menu bars that colour their signs themselves: only black and nothing. */
const templates: Readonly<Record<TrayKind, string>> = {
  idle: '',
  running: '<path d="M25 20 V30 M21 26 L25 30 L29 26" stroke="#000" stroke-width="3" fill="none"/>',
  attention: '<path d="M26 18 V25" stroke="#000" stroke-width="3.6"/><circle cx="26" cy="29.4" r="2.1"/>',
  paused: '<path d="M22.5 20 V30 M28.5 20 V30" stroke="#000" stroke-width="3.4"/>',
};

function template(kind: TrayKind): string {
  const line = kind === 'idle' ? 'M1 21 C 6 21 7 11 13 11 C 19 11 19 21 24 21 C 28 21 29 16 31 15' : 'M1 17 C 6 17 7 8 13 8 C 19 8 20 14 31 10';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32"><path d="${line}" fill="none" stroke="#000" stroke-width="3.4"/>${templates[kind]}</svg>`;
}

async function draw(page: Page, svg: string, size: number): Promise<IconImage> {
  const { png, pixels } = await page.evaluate(
    async ({ svg, size }) => {
      const image = new Image(size, size);
      image.src = `data:image/svg+xml;base64,${btoa(svg)}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = size;
      canvas.height = size;
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('There is no canvas here.');
      context.drawImage(image, 0, 0, size, size);
      return {
        png: canvas.toDataURL('image/png').split(',')[1] ?? '',
        pixels: size > 256 ? [] : Array.from(context.getImageData(0, 0, size, size).data),
      };
    },
    { svg, size },
  );
  return { size, png: Buffer.from(png, 'base64'), pixels: Uint8Array.from(pixels) };
}

async function main(): Promise<void> {
  const source = readFileSync(join(assets, 'icon.svg'), 'utf8');
  const small = readFileSync(join(assets, 'icon-small.svg'), 'utf8');
  for (const folder of ['icons', 'tray', 'public']) mkdirSync(join(assets, folder), { recursive: true });
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  const page = await browser.newPage();
  const images: IconImage[] = [];
  for (const size of sizes) {
    const image = await draw(page, size <= smallUpTo ? small : source, size);
    writeFileSync(join(assets, 'icons', `${size}x${size}.png`), image.png);
    images.push(image);
  }
  writeFileSync(join(assets, 'icon.ico'), writeIco(images.filter(({ size }) => icoSizes.includes(size))));
  writeFileSync(join(assets, 'icon.icns'), writeIcns(images));
  // What a browser asks for by itself.
  writeFileSync(join(assets, 'public', 'favicon.ico'), writeIco(images.filter(({ size }) => [16, 32,
    48].includes(size))));
  for (const kind of trayKinds) {
    const svg = small.replace('</svg>', `${badges[kind]}</svg>`);
    writeFileSync(join(assets, 'tray', `${kind}.png`), (await draw(page, svg, 32)).png);
    const windows: IconImage[] = [];
    for (const size of [16, 20, 24, 32]) windows.push(await draw(page, svg, size));
    writeFileSync(join(assets, 'tray', `${kind}.ico`), writeIco(windows));
    writeFileSync(join(assets, 'tray', `${kind}Template.png`), (await draw(page, template(kind), 16)).png);
    writeFileSync(join(assets, 'tray', `${kind}Template@2x.png`), (await draw(page, template(kind), 32)).png);
  }
  await browser.close();
}

await main();
