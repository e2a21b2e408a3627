import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './paths.mjs'
import { run } from './run.mjs'
import { modifiedMs, newestMs } from './stale.mjs'
import { step } from './steps.mjs'

const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')

/** What can be built: a title, the sources, a file that proves it was built, and the commands. */
const targets = {
  package: {
    title: 'Building the package',
    sources: [
      'src',
      'daemon',
      'package.json',
      'tsconfig.json',
      'tsconfig.build.json',
      'scripts/build-lua.mjs',
      'scripts/build-man.mjs',
      'docs/configuration.md',
      'docs/signals.md',
    ],
    proof: 'dist/daemon/bin/rqd.js',
    build: () => run('npm', ['run', '--silent', 'build']),
  },
  examples: {
    title: 'Building the examples',
    sources: ['src', 'daemon', 'examples', 'tsconfig.json', 'tsconfig.examples.json'],
    proof: 'build/examples/word-count/app.js',
    // Types are the business of `npm run types`: this only has to be quick.
    build: () => run(process.execPath, [tsc, '-p', 'tsconfig.examples.json', '--noCheck']),
  },
}

/** Build what is missing or older than its sources. @throws CommandError */
export async function provideBuilds(...names) {
  const stale = names.filter(isStale)
  if (stale.length === 0) return
  const title = stale.length === 1 ? targets[stale[0]].title : 'Building'
  await step(title, () => Promise.all(stale.map(buildOne)))
}

// The compiler leaves files alone whose content stays the same, so the time of a build is kept apart.
const stampOf = (name) => join(root, 'build', `.built-${name}`)

function isStale(name) {
  const { sources, proof } = targets[name]
  if (modifiedMs(join(root, proof)) === 0) return true
  return modifiedMs(stampOf(name)) < newestMs(sources.map((source) => join(root, source)))
}

async function buildOne(name) {
  const begin = new Date()
  await targets[name].build()
  mkdirSync(dirname(stampOf(name)), { recursive: true })
  writeFileSync(stampOf(name), '')
  // What was saved while the compiler ran may not be in its output.
  utimesSync(stampOf(name), begin, begin)
}
