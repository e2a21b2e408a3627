import t, { type Test } from 'tap'
import type { JobResult, RunJob } from '../../../daemon/ipc/messages.js'
import { defaultSlotPolicy } from '../../../daemon/supervisor/children.js'
import type { Death } from '../../../daemon/supervisor/death.js'
import { OomWatch } from '../../../daemon/supervisor/oom-watch.js'
import { Pool } from '../../../daemon/supervisor/pool.js'
import { spawnNodeExecutor, type ExecutorProcess } from '../../../daemon/supervisor/spawn.js'
import { systemClock } from '../../../src/clock.js'
import { fixtureTasks } from '../../helpers/daemon.js'
import { isRunning } from '../../helpers/processes.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { waitFor } from '../../helpers/wait-for.js'

interface Setup {
  pool: Pool
  started: ExecutorProcess[]
  ended: JobResult[]
  lost: { execution: string; death: Death }[]
}

async function setup(t: Test, workers: string[], spares: number): Promise<Setup> {
  const started: ExecutorProcess[] = []
  const ended: JobResult[] = []
  const lost: Setup['lost'] = []
  const pool = new Pool({
    workers,
    spares,
    taskPaths: [fixtureTasks],
    preload: [],
    statsIntervalMs: 100,
    policy: defaultSlotPolicy,
    spawn: () => {
      const executor = spawnNodeExecutor({ environment: process.env, daemonId: 'pool-test', heapMb: null })
      started.push(executor)
      return executor
    },
    oomWatch: new OomWatch(),
    clock: systemClock,
    logger: new RecordingLogger(),
    output: () => undefined,
    listener: {
      began: () => undefined,
      ended: (result) => ended.push(result),
      lost: (execution, death) => lost.push({ execution, death }),
      free: () => undefined,
    },
  })
  t.teardown(() => pool.stop(true))
  await pool.start()
  return { pool, started, ended, lost }
}

function job(execution: string, func: string, ...args: unknown[]): RunJob {
  const data = Buffer.from(JSON.stringify([func, null, args, {}]))
  return { execution, id: `job-${execution}`, queue: 'q', data, meta: null, timeoutSec: 60 }
}

t.test('a job goes to a free slot, and there is none for more than there are slots', async (t) => {
  const { pool, ended } = await setup(t, ['w.1', 'w.2'], 0)
  t.equal(pool.freeSlots, 2)
  t.equal(pool.assign(job('a', 'arithmetic.add', 1, 2)), 'w.1')
  t.equal(pool.assign(job('b', 'arithmetic.add', 3, 4)), 'w.2')
  t.equal(pool.assign(job('c', 'arithmetic.add', 5, 6)), undefined)
  await waitFor('both results', () => ended.length === 2)
  t.match(ended.map(({ execution, outcome }) => `${execution} ${outcome}`).sort(), ['a ok', 'b ok'])
  t.equal(pool.freeSlots, 2)
})

t.test('a warm spare takes over the slot of an executor that dies, and another spare is forked', async (t) => {
  const { pool, started, lost, ended } = await setup(t, ['w.1'], 1)
  await waitFor('the spare to be forked', () => started.length === 2)
  const [first, spare] = started
  await waitFor('the spare to be warm', () => pool.warmSpares === 1)
  pool.assign(job('a', 'sleeper.sleep', 60_000))
  await waitFor('the job to be with the first', () => pool.view()[0]?.phase === 'busy')
  first!.signal('SIGKILL')
  await waitFor('the loss to be told', () => lost.length === 1)
  t.match(lost, [{ execution: 'a', death: { exit: { pid: first!.pid, signal: 'SIGKILL' }, reason: null } }])
  await waitFor('the slot to be free again', () => pool.freeSlots === 1)
  await waitFor('another spare', () => started.length === 3)
  pool.assign(job('b', 'arithmetic.add', 1, 2))
  await waitFor('its result', () => ended.length === 1)
  t.match(pool.view(), [{ worker: 'w.1', pid: spare!.pid, jobsDone: 1 }])
})

t.test('an interrupt with force loses the job for the reason given, and leaves nothing of its processes', async (t) => {
  const { pool, started, lost } = await setup(t, ['w.1'], 0)
  pool.assign(job('a', 'spinner.spin'))
  pool.interrupt('a', 'shutdown', true)
  await waitFor('the loss to be told', () => lost.length === 1)
  t.match(lost, [{ execution: 'a', death: { reason: 'shutdown' } }])
  t.notOk(isRunning(started[0]!.pid))
})

t.test('stopping waits for the running job; nothing more is taken', async (t) => {
  const { pool, started, ended } = await setup(t, ['w.1'], 1)
  pool.assign(job('a', 'sleeper.sleep', 300))
  const stopped = pool.stop(false)
  t.equal(pool.freeSlots, 0)
  t.equal(pool.assign(job('b', 'arithmetic.nothing')), undefined)
  await stopped
  t.match(ended, [{ execution: 'a', outcome: 'ok' }])
  for (const { pid } of started) t.notOk(isRunning(pid))
})
