import t from 'tap'
import type { CustomSettings } from '../../../daemon/ipc/custom-settings.js'
import { waitFor } from '../../helpers/wait-for.js'
import { job, spawnExecutor, startExecutor, taskPath, type TestExecutor } from './start.js'

// W12, W13 and hooks, in a real executor.

const none: CustomSettings = {
  exceptionHandlers: [],
  hooks: null,
  workerClass: null,
  jobClass: null,
  queueClass: null,
  connectionClass: null,
  deathPenaltyClass: null,
  redis: '"redis://localhost:1"',
  prefix: 'rq',
  sentryDsn: null,
}

const start = (t: Parameters<typeof startExecutor>[0], custom: Partial<CustomSettings>): Promise<TestExecutor> =>
  startExecutor(t, { custom: { ...none, ...custom } })

/** What the operator's code said: first outside of jobs, then in them, each in order. */
const said = (executor: TestExecutor): string[] => executor.stderr().match(/^(custom|hooks): .*$/gm) ?? []

async function hearSaid(executor: TestExecutor, lines: number): Promise<string[]> {
  return waitFor(`${lines} lines, of ${executor.stderr()}`, () =>
    said(executor).length >= lines ? said(executor) : undefined,
  )
}

t.test('W12: handlers are called in their order with job, type, error and traceback', async (t) => {
  const executor = await start(t, { exceptionHandlers: ['custom.first', 'custom.zero', 'custom:second'] })
  executor.run(job('1', 'thrower.fail', ['at night']), job('2', 'arithmetic.add', [1, 2]), job('3', 'no.such'))
  t.match(await executor.result('e-1'), { outcome: 'error', error: { errorType: 'ShopClosed', message: 'at night' } })
  t.match(await executor.result('e-2'), { outcome: 'ok' })
  t.match(await executor.result('e-3'), { outcome: 'error', error: { stage: 'resolve' } })
  const lines = await hearSaid(executor, 6)
  t.match(lines, [
    'custom: first 1 CurrentJob ShopClosed at night "ShopClosed: at night"',
    'custom: zero 1',
    'custom: second 1 ShopClosed true',
    /^custom: first 3 CurrentJob RqdError no function/,
    'custom: zero 3',
    'custom: second 3 RqdError true',
  ])
  t.match(await executor.hear('callback'), { execution: 'e-1', timeoutSec: 60, step: 'exception handlers' })
})

t.test('W12: false keeps the handlers behind it from being called', async (t) => {
  const executor = await start(t, { exceptionHandlers: ['custom.stop', 'custom.first'] })
  executor.run(job('1', 'thrower.fail', ['at night']))
  await executor.result('e-1')
  t.strictSame(await hearSaid(executor, 1), ['custom: stop 1'])
})

t.test('W12: a handler that throws is told and ends the chain; the job keeps its own error', async (t) => {
  const executor = await start(t, { exceptionHandlers: ['custom.broken', 'custom.first'] })
  executor.run(job('1', 'thrower.fail', ['at night']))
  t.match(await executor.result('e-1'), { error: { errorType: 'ShopClosed', traceback: /^ShopClosed: at night/ } })
  t.strictSame(await hearSaid(executor, 1), ['custom: broken 1'])
  await waitFor('the trouble', () => executor.stderr().includes('a bug in the handler'))
  t.match(executor.stderr(), /the exception handlers of job 1 failed: Error: a bug in the handler/)
})

t.test('W12: handlers come behind the failure callback of the job, and not after an operator stopped it', async (t) => {
  const executor = await start(t, { exceptionHandlers: ['custom.first'] })
  const callbacks = { success: null, failure: { name: 'custom.zero', timeoutSec: 60 } }
  executor.run({ ...job('1', 'thrower.fail', ['at night']), callbacks }, job('2', 'custom.obeys'))
  await executor.began('e-2')
  executor.channel.send({ type: 'abort', execution: 'e-2', reason: 'stopped' })
  t.match(await executor.result('e-2'), { outcome: 'error' })
  t.match(await hearSaid(executor, 2), ['custom: zero 1', /^custom: first 1/])
})

t.test('hooks are called around jobs and the life of the executor', async (t) => {
  const executor = await start(t, { hooks: 'hooks' })
  executor.run(
    job('1', 'arithmetic.add', [1, 2]),
    job('2', 'thrower.fail', ['at night']),
    job('3', 'arithmetic.add', ['refused before', 2]),
    job('4', 'arithmetic.add', ['bad end', 2]),
    job('5', 'no.such'),
  )
  t.match(await executor.result('e-1'), { outcome: 'ok' })
  t.match(await executor.result('e-2'), { error: { errorType: 'ShopClosed' } })
  t.match(await executor.result('e-3'), {
    error: { stage: 'run', errorType: 'RangeError', traceback: /^RangeError: no connection/ },
  })
  t.match(await executor.result('e-4'), { outcome: 'ok' }, 'an error in afterJob changes nothing')
  t.match(await executor.result('e-5'), { error: { stage: 'resolve' } })
  executor.channel.send({ type: 'exit', why: 'stopping' })
  t.match(await executor.ended, { code: 0 })
  t.strictSame(said(executor), [
    'hooks: start',
    'hooks: stop',
    'hooks: before 1',
    'hooks: after 1 for 1 finished 3',
    'hooks: before 2',
    'hooks: after 2 for 2 failed ShopClosed',
    'hooks: before 3',
    'hooks: after 3 for 3 failed RangeError',
    'hooks: before 4',
    'hooks: after 4 for 4 finished bad end2',
  ])
  t.match(executor.stderr(), /the afterJob hook of job 4 failed: Error: a bug after the job/)
})

t.test('W13: a worker class extends what the executor does, and super calls hooks and handlers', async (t) => {
  const executor = await start(t, {
    workerClass: 'custom.ShopWorker',
    hooks: 'hooks',
    exceptionHandlers: ['custom.zero'],
  })
  executor.run(job('1', 'thrower.fail', ['at night']))
  await executor.result('e-1')
  t.strictSame(await hearSaid(executor, 8), [
    'custom: made w1',
    'hooks: start',
    'custom: worker starts',
    'hooks: before 1',
    'custom: worker before 1',
    'custom: worker exception 1 ShopClosed',
    'custom: zero 1',
    'hooks: after 1 for 1 failed ShopClosed',
  ])
})

t.test('W13: a job class is what a job, its callbacks and the handlers see', async (t) => {
  const executor = await start(t, { jobClass: 'custom:ShopJob', exceptionHandlers: ['custom.first'] })
  const callbacks = { success: null, failure: { name: 'custom.first', timeoutSec: 60 } }
  executor.run(job('1', 'custom.asksForName'), { ...job('2', 'thrower.fail', ['at night']), callbacks })
  const result = await executor.result('e-1')
  t.strictSame(JSON.parse(String(result.outcome === 'ok' && Buffer.from(result.value!).toString())), {
    is: 'ShopJob',
    label: 'default/1',
  })
  t.match(await hearSaid(executor, 2), [/^custom: first 2 ShopJob/, /^custom: first 2 ShopJob/])
})

t.test(
  'W13: a death penalty class is asked when a job reaches its limit; should it fail, the job is told',
  async (t) => {
    for (const [name, line] of [
      ['custom.Patient', 'custom: too late 1'],
      ['custom.Broken', 'the death penalty of job 1 failed: Error: a bug in the penalty'],
    ] as const) {
      const executor = await start(t, { deathPenaltyClass: name })
      executor.run(job('1', 'custom.obeys'))
      await executor.began('e-1')
      executor.channel.send({ type: 'abort', execution: 'e-1', reason: 'timeout' })
      t.match(await executor.result('e-1'), { outcome: 'error', error: { errorType: 'AbortError' } })
      await waitFor(line, () => executor.stderr().includes(line))
    }
  },
)

t.test('W12, W13: what cannot be used is refused, with flag, name, what was found and what was expected', async (t) => {
  const cases: [Partial<CustomSettings>, RegExp][] = [
    [{ exceptionHandlers: ['custom.frist'] }, /^--exception-handler "custom.frist" cannot .*did you mean 'first'/],
    [
      { exceptionHandlers: ['custom.notFunction'] },
      /^--exception-handler "custom.notFunction" .*a string, not a function/,
    ],
    [
      { jobClass: 'custom.NoJob' },
      /^--job-class "custom.NoJob" .*class NoJob; expected a class that extends CurrentJob/,
    ],
    [{ workerClass: 'custom.ShopJob' }, /^--worker-class .*ShopJob; expected a class that extends DaemonWorker/],
    [{ deathPenaltyClass: 'custom.notFunction' }, /^--death-penalty-class .*it is a string; expected a class/],
    [{ jobClass: 'nowhere.Job' }, /^--job-class "nowhere.Job" cannot be used: .*no such module/],
    [{ hooks: 'nowhere' }, /^--hooks "nowhere" cannot be used: no such module on the task paths/],
    [{ hooks: 'hooks-none' }, /^--hooks "hooks-none" .*it exports beforeAll; expected at least one of executorStart/],
    [{ hooks: 'hooks-start' }, /^executorStart failed: the database is down/],
  ]
  for (const [custom, message] of cases) {
    const executor = spawnExecutor(t)
    executor.channel.send({
      ...{ type: 'hello', protocol: 2, worker: 'w1', taskPaths: [taskPath], preload: [] },
      ...{ statsIntervalMs: 0, concurrency: 1, custom: { ...none, ...custom } },
    })
    t.match(await executor.hear('fatal'), { message })
    t.match(await executor.ended, { code: 1 })
  }
})
