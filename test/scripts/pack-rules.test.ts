import t from 'tap'
import { loadScript } from './load.js'

const { judgeFiles } = await loadScript<{
  judgeFiles(files: string[], exists: (file: string) => boolean): string[]
}>('pack-rules')

const sound = [
  'LICENSE',
  'README.md',
  'package.json',
  'dist/daemon/bin/rqd.js',
  'dist/daemon/bin/rqctl.js',
  'dist/daemon/dashboard/assets/style.css',
  'dist/daemon/dashboard/browser/app.js',
  'dist/daemon/dashboard/embed.js',
  'dist/daemon/executor/main.js',
  'dist/man/rqctl.1',
  'dist/man/rqd.8',
  'dist/man/rqd.config.5',
  'dist/src/index.js',
  'dist/src/index.d.ts',
]
const noContrib = (file: string): boolean => file !== 'contrib'

t.test('a sound package has nothing to be said about', (t) => {
  t.same(judgeFiles(sound, noContrib), [])
  t.same(
    judgeFiles([...sound, 'contrib/rqd.service'], () => true),
    [],
  )
  const pages = ['dist/daemon/dashboard/pages/job.js', 'dist/daemon/dashboard/assets/icon.svg']
  t.same(
    judgeFiles([...sound, ...pages], (file) => noContrib(file) && file !== 'daemon/dashboard/pages/job.ts'),
    [],
    'with what browsers load, and pages, whose sources are called otherwise',
  )
  t.end()
})

t.test('names what is missing and what does not belong', (t) => {
  t.match(judgeFiles(sound.slice(1), noContrib), [/^LICENSE is missing/])
  t.match(
    judgeFiles(sound, () => true),
    [/^contrib\/ is missing/],
  )
  for (const file of [
    'dist/build.tsbuildinfo',
    'src/index.ts',
    'test/a.test.ts',
    'build/src/index.js',
    'examples/app.ts',
  ]) {
    t.match(judgeFiles([...sound, file], noContrib), [`${file} does not belong in the package`])
  }
  t.end()
})

t.test('finds output whose source was removed', (t) => {
  const found = judgeFiles([...sound, 'dist/src/gone.js'], (file) => noContrib(file) && !file.startsWith('src/gone.'))
  t.match(found, [/^dist\/src\/gone\.js has no source/])
  t.end()
})
