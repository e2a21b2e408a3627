import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { version } from '../../../src/version.js'
import { compiledRoot } from '../../helpers/paths.js'
import { startServer } from '../control/harness.js'
import { runRqctl } from './run-rqctl.js'

// prettier-ignore
const commands = [
  'status', 'pause', 'resume', 'drain', 'shutdown', 'ping', 'discover', 'cron', 'info', 'queues', 'workers', 'jobs', 'job',
  'enqueue', 'requeue', 'cancel', 'delete', 'empty', 'stop-job', 'suspend',
]

t.test('help goes to stdout, is grouped, names every command and fits 80 columns', async (t) => {
  const { code, stdout, stderr } = await runRqctl(['--help'])
  t.same([code, stderr], [0, ''])
  for (const heading of ['Where:', 'Output:', 'The daemon, over', 'Queues and jobs, through', 'Help:', 'Exit codes:']) {
    t.match(stdout, new RegExp(`^${heading}`, 'm'))
  }
  for (const command of commands) {
    t.match(stdout, new RegExp(`^  ${command} `, 'm'))
    const help = await runRqctl([command, '--help'])
    t.equal(help.code, 0)
    t.match(help.stdout, new RegExp(`^Usage: rqctl ${command}`))
    t.match(help.stdout, '--socket <path>')
    for (const line of help.stdout.split('\n')) t.ok(line.length <= 80, line)
    t.equal((await runRqctl(['help', command])).stdout, help.stdout)
  }
  for (const line of stdout.split('\n')) t.ok(line.length <= 80, line)
})

t.test('--version', async (t) => {
  t.same(await runRqctl(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' })
})

t.test('wrong usage: exit code 2, what was found and expected, and where to read on', async (t) => {
  const cases: [string[], RegExp][] = [
    [[], /^Usage: rqctl/],
    [['stauts'], /^rqctl: unknown command 'stauts'\n\(Did you mean status\?\)\nrun "rqctl --help"\n$/],
    [['status', '--jsn'], /^rqctl: unknown option '--jsn'\n\(Did you mean --json\?\)\nrun "rqctl status --help"\n$/],
    [
      ['requeue', '--queu', 'x', 'a'],
      /unknown option '--queu'\n\(Did you mean --queue\?\)\nrun "rqctl requeue --help"/,
    ],
    [['requeue', '--all'], /^rqctl: found no --queue; expected .*\nrun "rqctl requeue --help"\n$/],
    [['requeue', '--queue', 'x'], /found neither --all nor an id; expected one or the other/],
    [['requeue', '--queue', 'x', '--all', 'a', 'b'], /found --all and 2 ids; expected one or the other/],
    [['drain', '--timeout', '5q'], /--timeout is "5q"; expected whole seconds.*\nrun "rqctl drain --help"/],
    [['drain', '--timeout'], /'--timeout <span>' argument missing/],
    [['info', '-i', '0'], /--interval is "0"; expected seconds above 0.*\nrun "rqctl info --help"/],
    [['info', '-i', '1', '--json'], /found --interval and --json/],
    [['info', '-u', 'http://a'], /has the scheme http:\/\/; expected redis:.*\nrun "rqctl info --help"/],
    [['ping', 'extra'], /too many arguments.*\nrun "rqctl ping --help"/],
    [['ping', '--socket', `/${'x'.repeat(200)}`], /201 bytes; expected at most 107/],
  ]
  for (const [argv, message] of cases) {
    const { code, stdout, stderr } = await runRqctl(argv)
    t.same([code, stdout], [2, ''], argv.join(' '))
    t.match(stderr, message, argv.join(' '))
  }
})

t.test('a Redis that does not answer is a failure with its address, without the password', async (t) => {
  const { code, stderr } = await runRqctl(['info', '-u', 'redis://:secret@127.0.0.1:1/0'])
  t.equal(code, 1)
  t.match(stderr, /^rqctl: Redis at redis:\/\/:\*\*\*@127\.0\.0\.1:1\/0 does not answer: .*ECONNREFUSED.*--url\n$/)
  t.match(await runRqctl(['info'], { env: { RQ_REDIS_URL: 'unix:///nowhere.sock' } }), {
    code: 1,
    stderr: /nowhere\.sock/,
  })
  const both = { RQ_REDIS_URL: 'unix:///nowhere.sock', RQD_URL: 'unix:///elsewhere.sock' }
  t.match(await runRqctl(['info'], { env: both }), { code: 1, stderr: /elsewhere\.sock/ })
  t.match(await runRqctl(['ping'], { env: { RQD_SOCKET: '/nowhere/rqd.sock' } }), {
    code: 3,
    stderr: /\/nowhere\/rqd\.sock/,
  })
})

t.test('the real program: output whole in a pipe, exit codes, a reader that leaves early', async (t) => {
  const { path } = await startServer(t)
  const file = join(compiledRoot, 'daemon', 'bin', 'rqctl.js')
  const run = promisify(execFile)
  t.match(await run(process.execPath, [file, 'ping', '--socket', path]), { stdout: /^pong from/, stderr: '' })
  await t.rejects(run(process.execPath, [file, 'ping', '--socket', `${path}x`]), { code: 3 })
  await t.rejects(run(process.execPath, [file, 'pnig']), { code: 2 })
  const piped = await run('sh', ['-c', '"$0" "$1" discover --json --socket "$2" | true', process.execPath, file, path])
  t.same(piped, { stdout: '', stderr: '' })
})
