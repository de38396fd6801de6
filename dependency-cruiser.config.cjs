/**
 * Who may import whom, as docs/architecture.md says. A room not named in a row's `may` is closed to it.
 * `errors.ts` is open to all.
 */
const rooms = {
  math: [],
  gp: ['math'],
  acquisition: ['math'],
  space: ['math', 'schedules'],
  trial: [],
  storage: ['trial'],
  schedules: [],
  objective: ['schedules', 'math', 'trial'],
  evaluators: ['objective', 'trial', 'schedules'],
  report: ['trial', 'schedules'],
  search: [
    'objective',
    'evaluators',
    'schedules',
    'report',
    'trial',
    'study',
    'storage',
    'space',
    'math',
    'index.ts',
  ],
};

const only = (name, from, may) => ({
  name: `room-${name}`,
  severity: 'error',
  from: { path: from },
  to: {
    path: '^src/',
    pathNot: [
      '^src/errors\\.ts$',
      from,
      ...may.map((room) => (room.endsWith('.ts') ? `^src/${room.replace('.', '\\.')}$` : `^src/${room}/`)),
    ],
  },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(rooms).map(([name, may]) => only(name, `^src/${name}/`, may)),
    {
      name: 'room-study',
      severity: 'error',
      from: { path: '^src/study/', pathNot: '^src/study/policies/bayes' },
      to: {
        path: '^src/',
        pathNot: ['^src/errors\\.ts$', '^src/study/', '^src/trial/', '^src/space/', '^src/math/'],
      },
    },
    {
      name: 'room-bayes',
      severity: 'error',
      from: { path: '^src/study/policies/bayes' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/errors\\.ts$',
          '^src/study/',
          '^src/trial/',
          '^src/space/',
          '^src/math/',
          '^src/gp/',
          '^src/acquisition/',
        ],
      },
    },
    {
      name: 'cli-is-a-thin-layer',
      comment: 'The command line uses what users can import, nothing else.',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/errors\\.ts$',
          '^src/cli/',
          '^src/index\\.ts$',
          '^src/(objective|schedules|search)/index\\.ts$',
        ],
      },
    },
    {
      name: 'tensors-only-in-objective',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/objective/' },
      to: { path: 'node_modules/@tensorflow' },
    },
    {
      name: 'main-entry-loads-no-tensors',
      comment: "import 'bo-search' stays quick: no tensor runtime, no zod, no yaml behind it.",
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: 'node_modules/(@tensorflow|zod|yaml)', reachable: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
