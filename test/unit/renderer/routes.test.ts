import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRoute, parseRoute } from '../../../renderer/app/routes.ts';
import type { Route } from '../../../renderer/app/routes.ts';

describe('addresses', () => {
  it('should come back as they were written', () => {
    const routes: Route[] = [
      { screen: 'home' },
      { screen: 'kit', planId: 'p/1?x' },
      { screen: 'setup' },
      { screen: 'existing' },
      { screen: 'back' },
      { screen: 'back', planId: 'p1', at: 'ab'.repeat(32), folder: 'a/b?c=%20&d', find: 'é ü', view: 'changes' },
      { screen: 'activity' },
      { screen: 'activity', runId: 'r 1' },
      { screen: 'settings' },
    ];
    expect(routes.map((route) => parseRoute(formatRoute(route)))).toEqual(routes);
  });

  it('should keep any place of a folder', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (folder) => {
        expect(parseRoute(formatRoute({ screen: 'back', planId: 'p', folder }))).toEqual({
          screen: 'back',
          planId: 'p',
          folder,
        });
      }),
    );
  });

  it('should lead home from nonsense', () => {
    for (const hash of ['', '#', '#/nowhere', '#token=abc', '#/kit', '#/kit/%E0%A4%A', '#/%']) {
      expect(parseRoute(hash)).toEqual({ screen: 'home' });
    }
    expect(parseRoute('#/back/p?at=short')).toEqual({ screen: 'back', planId: 'p' });
  });
});
