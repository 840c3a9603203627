/** Every screen has an address below `#/`, works after a reload and can be a bookmark. */
export type Route =
  | { readonly screen: 'home' }
  | { readonly screen: 'kit'; readonly planId: string }
  | { readonly screen: 'setup' }
  | { readonly screen: 'existing' }
  | GoBackRoute
  | { readonly screen: 'activity'; readonly runId?: string }
  | { readonly screen: 'settings' };

export interface GoBackRoute {
  readonly screen: 'back';
  readonly planId?: string;
  /** The chosen version; the newest unless given. */
  readonly at?: string;
  /** The folder as a place; the top of the plan unless given. */
  readonly folder?: string;
  readonly view?: 'changes';
  /** A search text; shows results instead of the folder. */
  readonly find?: string;
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [screen = '', argument] = path.split('/', 2).map(decode);
  switch (screen) {
    case 'kit':
      return argument === undefined || argument === '' ? { screen: 'home' } : { screen: 'kit', planId: argument };
    case 'setup':
      return argument === 'existing' ? { screen: 'existing' } : { screen: 'setup' };
    case 'back':
      return parseGoBack(argument, new URLSearchParams(query));
    case 'activity':
      return argument === undefined || argument === '' ? { screen } : { screen, runId: argument };
    case 'settings':
      return { screen };
    default:
      return { screen: 'home' };
  }
}

export function formatRoute(route: Route): string {
  switch (route.screen) {
    case 'home':
      return '#/';
    case 'kit':
      return `#/kit/${encodeURIComponent(route.planId)}`;
    case 'setup':
      return '#/setup';
    case 'existing':
      return '#/setup/existing';
    case 'activity':
      return route.runId === undefined ? '#/activity' : `#/activity/${encodeURIComponent(route.runId)}`;
    case 'settings':
      return '#/settings';
    case 'back':
      return formatGoBack(route);
  }
}

function parseGoBack(planId: string | undefined, query: URLSearchParams): GoBackRoute {
  const at = query.get('at');
  const folder = query.get('in');
  const find = query.get('find');
  return {
    screen: 'back',
    ...(planId === undefined || planId === '' ? {} : { planId }),
    ...(at !== null && /^[0-9a-f]{64}$/.test(at) ? { at } : {}),
    ...(folder === null || folder === '' ? {} : { folder }),
    ...(query.get('view') === 'changes' ? { view: 'changes' as const } : {}),
    ...(find === null ? {} : { find }),
  };
}

function formatGoBack(route: GoBackRoute): string {
  const query = new URLSearchParams();
  if (route.at !== undefined) query.set('at', route.at);
  if (route.folder !== undefined) query.set('in', route.folder);
  if (route.view !== undefined) query.set('view', route.view);
  if (route.find !== undefined) query.set('find', route.find);
  const text = query.toString();
  return `#/back/${encodeURIComponent(route.planId ?? '')}${text === '' ? '' : `?${text}`}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
