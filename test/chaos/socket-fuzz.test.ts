import { createHash } from 'node:crypto'
import { join } from 'node:path'
import t from 'tap'
import { FrameMaker } from '../../chaos/socket-fuzz/frames.js'
import type { FuzzReport } from '../../chaos/socket-fuzz/fuzz.js'
import { SeededRandom } from '../../chaos/random.js'
import { runProgram } from '../helpers/daemon.js'
import { compiledRoot } from '../helpers/paths.js'

t.test('the same seed makes the same frames, none of which ends the daemon', (t) => {
  const make = (seed: string) => {
    const maker = new FrameMaker(new SeededRandom(seed), ['ping', 'shutdown', 'drain'])
    return Array.from({ length: 500 }, () => maker.next())
  }
  // Some are of megabytes, whose comparison byte by byte would take minutes.
  const digest = (seed: string): string =>
    make(seed)
      .reduce((hash, { bytes }) => hash.update(bytes), createHash('sha256'))
      .digest('hex')
  t.equal(digest('1'), digest('1'))
  t.not(digest('1'), digest('2'))
  t.notOk(make('1').some(({ bytes }) => bytes.includes('shutdown')))
  t.end()
})

t.test('C1 C12: 20,000 malformed frames: the daemon lives, answers, names each fault and does not grow', async (t) => {
  const args = [join(compiledRoot, 'chaos/socket-fuzz/main.js'), '--frames', '20000', '--seed', '1', '--json']
  const { code, stdout, stderr } = await runProgram(process.execPath, args, { NODE_OPTIONS: '' })
  t.equal(code, 0, `${stdout}${stderr}`)
  const report = JSON.parse(stdout) as FuzzReport
  t.same(report.wrong, [])
  t.equal(report.frames, 20_000)
  t.ok(report.replies > 10_000, `${report.replies} replies`)
  for (const name of ['-32700 RQD_PROTOCOL', '-32600 RQD_PROTOCOL', '-32601 RQD_PROTOCOL', '-32602 RQD_BAD_OPTION']) {
    t.ok((report.faults[name] ?? 0) > 0, name)
  }
})
