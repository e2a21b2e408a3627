import type { Test } from 'tap'
import type { JobResult, RunJob } from '../../../daemon/ipc/messages.js'
import { EventHub } from '../../../daemon/events/hub.js'
import { defaultSlotPolicy } from '../../../daemon/supervisor/children.js'
import type { Death } from '../../../daemon/supervisor/death.js'
import { recycleNever, type RecyclePolicy } from '../../../daemon/supervisor/lifetime.js'
import { OomWatch } from '../../../daemon/supervisor/oom-watch.js'
import { Pool } from '../../../daemon/supervisor/pool.js'
import { spawnNodeExecutor, type ExecutorProcess } from '../../../daemon/supervisor/spawn.js'
import { systemClock } from '../../../src/clock.js'
import { systemRandom } from '../../../src/random.js'
import { fixtureTasks } from '../../helpers/daemon.js'
import { plainEnvironment } from '../../helpers/environment.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { waitFor } from '../../helpers/wait-for.js'

/** A pool of real executors and what it has told. */
export interface Setup {
  pool: Pool
  started: ExecutorProcess[]
  ended: JobResult[]
  lost: { execution: string; death: Death }[]
  returned: string[]
  began: string[]
}

export async function setup(
  t: Test,
  workers: string[],
  spares: number,
  concurrency = 1,
  recycle: Partial<RecyclePolicy> = {},
): Promise<Setup> {
  const started: ExecutorProcess[] = []
  const ended: JobResult[] = []
  const lost: Setup['lost'] = []
  const returned: string[] = []
  const began: string[] = []
  const pool = new Pool({
    workers,
    spares,
    taskPaths: [fixtureTasks],
    preload: [],
    statsIntervalMs: 100,
    // Long enough for a slow machine to begin the job before.
    policy: { ...defaultSlotPolicy, aheadLimitMs: 5_000, concurrency },
    spawn: () => {
      const executor = spawnNodeExecutor({ environment: plainEnvironment(), daemonId: 'pool-test', heapMb: null })
      started.push(executor)
      return executor
    },
    recycle: { ...recycleNever, ...recycle },
    oomWatch: new OomWatch(),
    clock: systemClock,
    // No jitter.
    random: { ...systemRandom, unit: () => 0.5 },
    logger: new RecordingLogger(),
    events: new EventHub(systemClock),
    output: () => undefined,
    listener: {
      began: (execution) => began.push(execution),
      callingBack: () => undefined,
      printed: () => undefined,
      ended: (result) => ended.push(result),
      lost: (execution, death) => lost.push({ execution, death }),
      returned: (executions) => returned.push(...executions),
      meta: async () => null,
      free: () => undefined,
    },
  })
  t.teardown(() => pool.stop(true))
  await pool.start()
  // Only then are jobs handed over ahead.
  if (concurrency === 1 && recycle.jobs === undefined && recycle.fresh !== true)
    await waitFor('the executors to answer questions', () => pool.capacity(1) > workers.length)
  return { pool, started, ended, lost, returned, began }
}

/** Hand a job over now. */
export function give(
  pool: Pool,
  execution: string,
  func: string,
  args: unknown[],
  estimateMs?: number,
): string | undefined {
  const worker = pool.assign(job(execution, func, ...args), estimateMs)
  pool.send()
  return worker
}

/** A job with a JSON payload. */
export function job(execution: string, func: string, ...args: unknown[]): Omit<RunJob, 'seq'> {
  const data = Buffer.from(JSON.stringify([func, null, args, {}]))
  return { execution, id: `job-${execution}`, queue: 'q', data, meta: null, timeoutSec: 60, callbacks: null }
}
