import eslint from '@eslint/js'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

/** Globals and modules that tie a file to this process: only the edges may touch them. */
const processGlobals = ['process', 'console', 'setImmediate'].map((name) => ({
  name,
  message: `The library takes ${name}'s work as an argument, so that it can be used and tested anywhere.`,
}))

const clockCalls = [
  { object: 'Date', property: 'now', message: 'Ask the Clock (src/clock.ts).' },
  { object: 'performance', property: 'now', message: 'Ask the Clock (src/clock.ts).' },
  { object: 'Math', property: 'random', message: 'Ask the Random (src/random.ts).' },
]

/** Forbid imports whose path matches one of the globs, with the reason. */
const forbidImports = (...rules) => ({
  '@typescript-eslint/no-restricted-imports': [
    'error',
    { patterns: rules.map(([group, message]) => ({ group: [group].flat(), message })) },
  ],
})

const noDaemon = ['**/daemon/**', 'Layers point one way: library <- daemon <- command lines.']
const noCommandLine = [['**/cli/**', '**/bin/**'], 'Only the entry points import the command lines.']
const noSupervisor = ['**/supervisor/**', 'This side reaches the supervisor over its socket or channel only.']
const noRedis = [['**/redis/**', 'ioredis'], 'This part never talks to Redis.']
const noChildProcess = [['node:child_process', 'child_process'], 'daemon/supervisor/spawn.ts starts every executor.']

export default defineConfig(
  { ignores: ['dist/', 'build/', 'node_modules/', 'test/fixtures/', 'src/redis/scripts.generated.ts'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      // `unknown` values are compared and printed at the edges; the rule cannot see the guards there.
      '@typescript-eslint/no-base-to-string': 'off',
    },
  },
  {
    rules: {
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'anywhere' }],
      eqeqeq: ['error', 'always'],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      ...forbidImports(noDaemon, noChildProcess),
      'no-restricted-globals': ['error', ...processGlobals],
      'no-restricted-properties': ['error', ...clockCalls],
    },
  },
  {
    files: ['src/clock.ts', 'src/random.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['src/job/**/*.ts', 'src/run/**/*.ts', 'src/serial/**/*.ts'],
    rules: forbidImports(noDaemon, noChildProcess, noRedis),
  },
  {
    files: ['daemon/**/*.ts', 'daemon/**/*.tsx'],
    rules: {
      ...forbidImports(noCommandLine, noChildProcess),
      'no-restricted-globals': ['error', processGlobals[1]],
      'no-restricted-properties': ['error', ...clockCalls],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='process'][callee.property.name='on'][arguments.0.value=/^SIG/]",
          message: 'daemon/signals.ts is the only place that listens for signals.',
        },
      ],
    },
  },
  // Browsers have clocks of their own.
  { files: ['daemon/dashboard/browser/**/*.ts'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['daemon/signals.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['daemon/executor/**/*.ts'],
    rules: forbidImports(noCommandLine, noChildProcess, noSupervisor, noRedis),
  },
  {
    files: ['daemon/dashboard/**/*.ts', 'daemon/dashboard/**/*.tsx'],
    rules: forbidImports(noCommandLine, noChildProcess, noSupervisor, [
      ['**/redis/**', 'ioredis'],
      'The dashboard asks the methods of daemon/data, wherever they are answered.',
    ]),
  },
  { files: ['daemon/dashboard/embed.ts'], rules: forbidImports(noCommandLine, noChildProcess, noSupervisor) },
  { files: ['daemon/supervisor/spawn.ts', 'daemon/systemd/messenger.ts'], rules: forbidImports(noCommandLine) },
  { files: ['daemon/bin/**/*.ts', 'daemon/cli/**/*.ts'], rules: forbidImports(noChildProcess) },
  {
    files: [
      'daemon/control/client.ts',
      'daemon/control/protocol.ts',
      'daemon/cli/rqctl.ts',
      'daemon/cli/commands/**/*.ts',
    ],
    rules: forbidImports(noChildProcess, noSupervisor),
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-floating-promises': [
        'error',
        // A file's tests run one after the other by themselves; tap awaits each.
        { allowForKnownSafePromises: [{ from: 'package', name: 'PromiseWithSubtest', package: '@tapjs/core' }] },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'URL',
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'clearInterval',
          'Buffer',
          'AbortSignal',
          'performance',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
)
