/** The import table of the rooms: what each may import. A room that is not named here may import nothing of ours. */

const ROOMS = {
  'lib/types': [],
  'lib/disk': ['lib/types'],
  'lib/kube': ['lib/types'],
  'lib/collect': ['lib/types', 'lib/kube'],
  'lib/store': ['lib/types', 'lib/disk'],
  'lib/intelligence': ['lib/types'],
  'lib/money': ['lib/types'],
  'lib/optimize': ['lib/types', 'lib/intelligence', 'lib/money'],
  'lib/change': ['lib/types', 'lib/disk', 'lib/kube'],
  'lib/operations': [
    'lib/types',
    'lib/disk',
    'lib/kube',
    'lib/collect',
    'lib/store',
    'lib/intelligence',
    'lib/money',
    'lib/optimize',
    'lib/change',
  ],
  plugin: ['lib/types', 'lib/operations', 'ui'],
  ui: ['lib/types'],
};

const PURE = ['lib/types', 'lib/intelligence', 'lib/money', 'lib/optimize'];

const roomRules = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `room ${room}`,
  severity: 'error',
  comment: `${room} may import ${allowed.join(', ') || 'no other room'}`,
  from: { path: `^${room}/` },
  to: { path: '^(lib|plugin|ui|test)/', pathNot: [room, ...allowed].map((name) => `^${name}/`) },
}));

export default {
  forbidden: [
    ...roomRules,
    {
      name: 'pure rooms',
      severity: 'error',
      comment: 'pure rooms know no process, clock, file or socket',
      from: { path: `^(${PURE.join('|')})/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only the store knows DuckDB',
      severity: 'error',
      from: { pathNot: '^(lib/store|test|training)/' },
      to: { path: '@duckdb/' },
    },
    {
      name: 'only training knows brain.js: the program computes what it trained by itself',
      severity: 'error',
      from: { pathNot: '^(test|training)/' },
      to: { path: 'node_modules/brain\\.js/' },
    },
    {
      name: 'only ui knows Ink and React',
      severity: 'error',
      from: { pathNot: '^(ui|test/ui)/' },
      to: { path: 'node_modules/(ink|react)/' },
    },
    {
      name: 'ui is loaded late',
      severity: 'error',
      from: { path: '^plugin/' },
      to: { path: '^ui/', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    { name: 'no circles', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    { name: 'no import that does not resolve', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
      conditionNames: ['import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
