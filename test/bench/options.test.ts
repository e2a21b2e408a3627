import { PassThrough } from 'node:stream'
import t from 'tap'
import { readOptions, type BenchOptions } from '../../bench/options.js'

const choices = { scenarios: { drain: 'a full queue', latency: 'to the start' }, sides: { ours: 'rqd', rq: 'Python' } }

function read(...argv: string[]): { options: BenchOptions | undefined; printed: string } {
  const stdout = new PassThrough()
  const options = readOptions(argv, choices, { stdout, stderr: new PassThrough() })
  return { options, printed: String(stdout.read() ?? '') }
}

t.test('without options everything is measured', async (t) => {
  t.same(read().options, {
    scenarios: ['drain', 'latency'],
    sides: ['ours', 'rq'],
    rounds: 5,
    jobs: 30_000,
    quick: false,
    large: false,
    name: 'all',
    json: false,
  })
})

t.test('scenarios and sides are chosen by lists, and name the files', async (t) => {
  const { options } = read('--scenario', 'latency, drain', '--only', 'rq', '--rounds', '3', '--jobs', '20')
  t.match(options, { scenarios: ['latency', 'drain'], sides: ['rq'], rounds: 3, jobs: 20, name: 'latency-drain' })
})

t.test('--quick is small, except where something else is asked for', async (t) => {
  t.match(read('--quick').options, { rounds: 2, jobs: 8_000, quick: true })
  t.match(read('--quick', '--rounds', '7').options, { rounds: 7, jobs: 8_000 })
})

t.test('help lists what can be chosen', async (t) => {
  const { options, printed } = read('--help')
  t.equal(options, undefined)
  for (const text of ['drain', 'a full queue', 'latency', 'rq', 'Python', '--quick']) t.match(printed, text)
})

t.test('wrong usage names the option and what was expected', async (t) => {
  const wrong: [string[], RegExp][] = [
    [['--scenario', 'drian'], /--scenario.*"drian" is not one of drain, latency/],
    [['--only', 'sidekiq'], /--only.*"sidekiq" is not one of ours, rq/],
    [['--only', 'toString'], /"toString" is not one of/],
    [['--rounds', '0'], /--rounds.*whole number, at least 1/],
    [['--jobs', '1e3'], /--jobs.*whole number/],
    [['--name', '../x'], /--name.*letters/],
    [['--fast'], /unknown option '--fast'/],
  ]
  for (const [argv, message] of wrong) t.throws(() => read(...argv), { name: 'UsageError', message })
})
