import t from 'tap'
import { commandOf, readOptions, type ChaosOptions } from '../../chaos/options.js'
import { makePlan } from '../../chaos/plan.js'
import { SeededRandom } from '../../chaos/random.js'

const silent = { stdout: process.stderr, stderr: process.stderr }

function options(...argv: string[]): ChaosOptions {
  return readOptions(argv, silent)!
}

t.test('the same seed gives the same numbers, another one others', async (t) => {
  const draw = (seed: string): number[] => {
    const random = new SeededRandom(seed)
    return Array.from({ length: 50 }, () => random.unit())
  }
  t.same(draw('1'), draw('1'))
  t.not(draw('1')[0], draw('2')[0])
  t.ok(draw('1').every((number) => number >= 0 && number < 1))
})

t.test('whole numbers and weighted choices come as often as they should', async (t) => {
  const random = new SeededRandom(5)
  const drawn = Array.from({ length: 3_000 }, () => random.between(1, 3))
  for (const number of [1, 2, 3]) t.ok(Math.abs(drawn.filter((each) => each === number).length - 1_000) < 150)
  const weights = new Map([
    ['often', 9],
    ['never', 0],
    ['rarely', 1],
  ])
  const chosen = Array.from({ length: 1_000 }, () => random.weighted(weights))
  t.ok(chosen.filter((each) => each === 'rarely').length < 200)
  t.notOk(chosen.includes('never'))
  t.throws(() => random.weighted(new Map([['never', 0]])), RangeError)
})

t.test('a plan holds every job once and comes from the seed alone', async (t) => {
  const plan = makePlan(options('--seed', '9', '--jobs', '500', '--kills', '40', '--job-ms', '5-20'))
  t.same(plan, makePlan(options('--seed', '9', '--jobs', '500', '--kills', '40', '--job-ms', '5-20')))
  const jobs = plan.bursts.flatMap((burst) => burst.jobs)
  t.equal(new Set(jobs.map(({ id }) => id)).size, 500)
  t.ok(jobs.every(({ ms, queue }) => ms >= 5 && ms <= 20 && plan.queues.includes(queue)))
  t.equal(plan.strikes.length, 40)
  const due = plan.strikes.map(({ afterJobs }) => afterJobs).filter((jobs) => jobs !== null)
  t.same(
    due,
    [...due].sort((a, b) => a - b),
    'strikes are due in order',
  )
})

t.test('what a strike needs is asked for in one sentence', async (t) => {
  const wrong: [string[], RegExp][] = [
    [['--targets', 'redis'], /--aof always/],
    [['--targets', 'python'], /--python-worker/],
    [['--instead', 'python', '--python-worker'], /--instead python/],
    [['--targets', 'freeze=0'], /weight above 0/],
    [['--targets', 'everything'], /no target; expected one of supervisor/],
    [['--jobs', 'many'], /whole number, at least 1/],
    [['--job-ms', '30-0'], /milliseconds such as 0-30/],
    [['--job'], /unknown option '--job'/],
  ]
  for (const [argv, message] of wrong) {
    t.throws(() => options(...argv), { name: 'UsageError', message }, argv.join(' '))
  }
})

t.test('the command for another run means the same run', async (t) => {
  const given = options('--seed', "it's", '--cuts', '--aof', 'always', '--daemons', '2', '--named')
  const command = commandOf(given)
  t.match(command, /--targets supervisor=4,tree=3,executor=4,freeze,redis,cut,hole /)
  t.match(command, `--seed 'it'\\''s'`)
  const argv = command.replace("'it'\\''s'", "it's").split(' ').slice(4)
  t.same(options(...argv), given)
})
