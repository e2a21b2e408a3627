import t from 'tap'
import { JobLog, type LoggedJob, functionOf } from '../../daemon/job-log.js'
import type { LogLevel } from '../../daemon/log.js'
import { RecordingLogger } from '../helpers/recording-logger.js'
import { waitFor } from '../helpers/wait-for.js'

function setup(level: LogLevel = 'info'): { log: JobLog; logger: RecordingLogger; clock: { nowMs: number } } {
  const clock = { nowMs: 0 }
  const logger = new RecordingLogger()
  const log = new JobLog({ logger, level, clock: { epochMs: () => 0, monoMs: () => clock.nowMs } })
  return { log, logger, clock }
}

function job(description: string | undefined = 'words.countWords("a b")', id = 'j1'): LoggedJob {
  return { id, queue: 'default', hash: { description } }
}

t.test('few jobs have their lines, with all that is known', async (t) => {
  const { log, logger } = setup()
  log.started(job(), 'w.1')
  log.finished(job(), 'w.1', 0.25)
  log.trouble('error', 'job failed', () => ({ jobId: 'j1', error: 'boom' }))
  log.flush()
  t.same(logger.lines, ['info job started', 'info job finished', 'error job failed'])
  t.same(logger.fields, [
    { jobId: 'j1', queue: 'default', worker: 'w.1', description: 'words.countWords("a b")' },
    { jobId: 'j1', queue: 'default', worker: 'w.1', durationSec: 0.25 },
    { jobId: 'j1', error: 'boom' },
  ])
})

t.test('C3: level and descriptions can change while jobs run', async (t) => {
  const { log, logger } = setup('warn')
  log.started(job(), 'w.1')
  log.change({ level: 'info', describes: false })
  log.started(job(), 'w.1')
  log.change({ level: 'error', describes: true })
  log.started(job(), 'w.1')
  log.trouble('warn', 'job failed and will be tried again', () => ({}))
  t.same(logger.lines, ['info job started'])
  t.equal(logger.fields[0]?.['description'], undefined)
})

t.test('many successes are summed: count, rate, durations and the functions that ran most', async (t) => {
  const { log, logger, clock } = setup()
  for (let i = 0; i < 100; i++) log.finished(job(), 'w.1', 0.001)
  t.equal(logger.count('info job finished'), 100)
  for (let i = 0; i < 1_000; i++) log.finished(job(`shop.f${Math.min(9, i % 20)}(${i})`), 'w.1', i === 0 ? 0.5 : 0.002)
  clock.nowMs = 1_000
  log.flush()
  t.equal(logger.lines.length, 101)
  t.equal(logger.lines.at(-1), 'info jobs finished')
  t.same(logger.fields.at(-1), {
    count: 1_000,
    perSec: 1_000,
    meanMs: 2.5,
    maxMs: 500,
    functions: 'shop.f9 550, shop.f0 50, shop.f1 50, shop.f2 50, shop.f3 50, others 250',
  })
  log.flush()
  t.equal(logger.lines.length, 101, 'a sum is written once')
})

t.test('the sum comes by itself, once a second', async (t) => {
  const { log, logger } = setup()
  for (let i = 0; i < 101; i++) log.finished(job(), 'w.1', 0.001)
  t.equal(logger.count('info jobs finished'), 0)
  await waitFor('the sum', () => logger.count('info jobs finished') === 1)
})

t.test('the start of a job among too many has no line', async (t) => {
  const { log, logger } = setup()
  for (let i = 0; i < 5_000; i++) log.started(job(), 'w.1')
  log.flush()
  t.equal(logger.lines.length, 100)
})

t.test('free descriptions of any number take bounded room', async (t) => {
  const { log, logger } = setup()
  for (let i = 0; i < 5_000; i++) log.finished(job(`report ${i}`), 'w.1', 0)
  log.flush()
  t.match(logger.fields.at(-1), { count: 4_900, functions: /^report 100 1, (report \d+ 1, ){4}others 4895$/ })
})

t.test('troubles have their lines up to a cap, and are counted by kind above it', async (t) => {
  const { log, logger } = setup('warn')
  let built = 0
  const fields = () => ({ n: ++built })
  for (let i = 0; i < 150; i++) log.trouble('error', 'job failed', fields)
  for (let i = 0; i < 7; i++) log.trouble('warn', 'job interrupted', fields)
  log.flush()
  t.equal(logger.count('error job failed'), 100)
  t.equal(built, 100, 'nothing is made for a line that is not written')
  t.same(logger.lines.slice(100), ['error too many to log one by one', 'warn too many to log one by one'])
  t.same(logger.fields.slice(100), [
    { what: 'job failed', count: 50 },
    { what: 'job interrupted', count: 7 },
  ])
})

t.test('a quiet logger is told nothing of successes, and the job is not even looked at', async (t) => {
  const { log, logger } = setup('warn')
  const untouchable = new Proxy({} as LoggedJob, { get: () => t.fail('the job was read') })
  log.started(untouchable, 'w.1')
  log.finished(untouchable, 'w.1', 1)
  log.flush()
  t.same(logger.lines, [])
})

t.test('the function of a description', async (t) => {
  t.equal(functionOf(job("a.b('x')")), 'a.b')
  t.equal(functionOf(job('Nightly report')), 'Nightly report')
  t.equal(functionOf(job('')), '')
  t.equal(functionOf({ ...job(), hash: { description: undefined } }), 'unnamed')
  t.equal(functionOf(job('x'.repeat(500))).length, 80)
})
