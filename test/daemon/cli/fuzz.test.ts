import { tmpdir } from 'node:os'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import { main as rqd, program } from '../../../daemon/cli/rqd.js'
import { anyText, type Ended, faultOf, fuzzRuns, oddTexts } from '../../helpers/fuzz.js'
import { capture, runRqctl } from './run-rqctl.js'

const nowhere = { RQD_SOCKET: '/nowhere/rqd.sock', RQD_URL: 'unix:///nowhere.sock' }

/** With `--print-config` in front nothing is started. */
async function runRqd(argv: readonly string[]): Promise<Ended> {
  const [stdout, stderr] = [capture(), capture()]
  const code = await rqd(['--print-config', ...argv], { stdout: stdout.stream, stderr: stderr.stream, env: {} })
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

const rqdOptions = program({ stdout: new PassThrough(), stderr: new PassThrough(), env: {} }).options.flatMap(
  ({ long, short }) => [long ?? '--json', short ?? '-v'],
)

t.test('C12 no command line of rqd ends in a stack trace, a hang or silence', async (t) => {
  const word = fc.oneof(
    fc.constantFrom(...rqdOptions),
    anyText,
    fc.tuple(fc.constantFrom(...rqdOptions), anyText).map(([option, text]) => `${option}=${text}`),
    fc.constantFrom('--__proto__', '--constructor', '--weight=__proto__=1', '--no-__proto__', '-u=', '--executers'),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (argv) => {
      const fault = faultOf(await runRqd(argv), [0, 2])
      if (fault !== undefined) throw new Error(fault)
    }),
    fuzzRuns(1_000),
  )
  t.pass('held')
})

t.test('C12 every option of rqd judges every odd value, and names itself when it refuses one', async (t) => {
  for (const option of rqdOptions.filter((each) => each.startsWith('--'))) {
    for (const text of oddTexts) {
      const ended = await runRqd([`${option}=${text}`])
      const fault = faultOf(ended, [0, 2])
      if (fault !== undefined) t.fail(`${option}=${text.slice(0, 50)}: ${fault}`)
      else if (ended.code !== 0 && !ended.stderr.includes(option.slice(2))) {
        t.fail(`${option}=${text.slice(0, 50)} is not named: ${ended.stderr}`)
      }
    }
  }
  t.pass('held')
})

const commands = [
  ...['status', 'pause', 'resume', 'drain', 'shutdown', 'logs', 'ping', 'discover', 'cron', 'info', 'workers'],
  ...['requeue', 'stop-job', 'suspend', 'send', 'help'],
]
const rqctlOptions = [
  ...['--socket', '--url', '-u', '--prefix', '--json', '--version', '--help', '--queue', '--all', '--dry-run', '-f'],
  ...['--timeout', '--interval', '-i', '--by-queue', '--raw', '--duration', '--now', '--follow', '--__proto__'],
]

t.test('C12 no command line of rqctl ends in a stack trace, a hang or silence', async (t) => {
  const word = fc.oneof(
    fc.constantFrom(...rqctlOptions),
    anyText,
    fc.constantFrom(...commands, 'kill-horse', 'shutdown'),
    fc.tuple(fc.constantFrom(...rqctlOptions), anyText).map(([option, text]) => `${option}=${text}`),
  )
  const first = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...commands) }, word)
  await fc.assert(
    fc.asyncProperty(first, fc.array(word, { maxLength: 5 }), async (command, words) => {
      const fault = faultOf(await runRqctl([command, ...words], { env: nowhere }), [0, 1, 2, 3, 4])
      if (fault !== undefined) throw new Error(fault)
    }),
    fuzzRuns(1_000),
  )
  t.pass('held')
})

t.test('C12 where rqctl is to look is judged, whatever is given', async (t) => {
  for (const text of [...oddTexts, '/dev/null', tmpdir(), '/proc/self/mem']) {
    for (const argv of [
      ['ping', `--socket=${text}`],
      ['info', `--url=${text}`],
      ['info', `--prefix=${text}`],
    ]) {
      const fault = faultOf(await runRqctl(argv, { env: nowhere }), [1, 2, 3, 4])
      if (fault !== undefined) t.fail(`${argv.join(' ').slice(0, 80)}: ${fault}`)
    }
  }
  t.pass('held')
})

t.test('C12 names that every object has are no values of options', async (t) => {
  for (const name of ['constructor', 'toString', '__proto__', 'valueOf']) {
    t.match(await runRqd(['--logging-level', name]), { code: 2, stderr: /--logging-level is .*expected error, warn/ })
    const env = { RQD_FRESH: name }
    const stderr = new PassThrough()
    t.equal(await rqd(['--print-config'], { stdout: new PassThrough(), stderr, env }), 2)
    t.match(String(stderr.read()), /RQD_FRESH is .*expected true or false/)
  }
})
