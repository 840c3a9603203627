import { join } from 'node:path';
import { build, desktopBuild } from '../../main/start/build.ts';

/** What Playwright runs before the first test: the desktop app is built where it is older than its sources. */
// oxlint-disable-next-line import/no-default-export -- Playwright takes a set-up by its default export
export default function prepare(): void {
  build(join(import.meta.dirname, '..', '..'), desktopBuild);
}
