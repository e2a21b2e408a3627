import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { main } from '../../../daemon/cli/rqd.js'
import { projectRoot } from '../../helpers/paths.js'

async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const code = await main(argv, { stdout, stderr, env: {} })
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
}

// After a change: node build/daemon/bin/rqd.js --help > test/golden/rqd-help.txt
t.test('--help is as it was reviewed: grouped, with defaults and units, in 80 columns (W3)', async (t) => {
  const { code, stdout } = await run('--help')
  t.equal(code, 0)
  t.equal(stdout, await readFile(join(projectRoot, 'test/golden/rqd-help.txt'), 'utf8'))
  for (const line of stdout.split('\n')) t.ok(line.length <= 80, line)
})

t.test('wrong usage names the nearest flag, and where to read on (W3)', async (t) => {
  const cases: [string[], RegExp][] = [
    [['--executer', '3'], /unknown option '--executer'\n\(Did you mean --executors\?\)\nrun "rqd --help"/],
    [['--resultsttl', '3'], /Did you mean --results-ttl\?/],
    [['-v', '-q'], /cannot be used with/],
    [['-s', '--no-scheduler'], /cannot be used with/],
    [['-N'], /argument missing/],
    [
      ['-N', 'many', '--print-config'],
      /^rqd: --executors is "many": expected a whole number, from 1 to 1000\nrun "rqd --help"/,
    ],
    [['--json'], /--json goes with --print-config or check/],
    [['check', 'a.yaml', 'b.yaml'], /check takes one configuration file/],
    [['check', 'a.yaml', '-c', 'b.yaml'], /check takes one configuration file/],
    [['-c', 'nowhere.yaml', '--print-config'], /nowhere.yaml cannot be read/],
  ]
  for (const [argv, message] of cases) {
    const { code, stdout, stderr } = await run(...argv)
    t.equal(code, 2, argv.join(' '))
    t.equal(stdout, '')
    t.match(stderr, message)
  }
})

t.test('--print-config prints and starts nothing (W3)', async (t) => {
  const text = await run('--print-config', '-u', 'redis://:hunter2@nowhere', 'high')
  t.match(text, { code: 0, stderr: '' })
  t.match(text.stdout, /^queues +high +QUEUE/)
  t.match(text.stdout, /^url +redis:\/\/:\*\*\*@nowhere +--url/m)
  const json = await run('--print-config', '--json', '-q')
  t.match(JSON.parse(json.stdout), { options: { logLevel: { value: 'warn', origin: '--quiet' } } })
})
