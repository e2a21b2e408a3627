import { join } from 'node:path'
import type { Test } from 'tap'
import type { JobResult } from '../../../daemon/ipc/messages.js'
import { EventHub } from '../../../daemon/events/hub.js'
import { type SlotPolicy, defaultSlotPolicy } from '../../../daemon/supervisor/children.js'
import type { Death } from '../../../daemon/supervisor/death.js'
import { recycleNever } from '../../../daemon/supervisor/lifetime.js'
import { OomWatch } from '../../../daemon/supervisor/oom-watch.js'
import { Pool } from '../../../daemon/supervisor/pool.js'
import { spawnNodeExecutor, type ExecutorProcess } from '../../../daemon/supervisor/spawn.js'
import { systemClock } from '../../../src/clock.js'
import { systemRandom } from '../../../src/random.js'
import { fixtureTasks } from '../../helpers/daemon.js'
import { plainEnvironment } from '../../helpers/environment.js'
import { projectRoot } from '../../helpers/paths.js'
import { isRunning } from '../../helpers/processes.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { waitFor } from '../../helpers/wait-for.js'
import { give } from './start-pool.js'

const main = join(projectRoot, 'test/fixtures/rogue-executor.mjs')

/** A pool with a rogue in it, and what it has told. */
export interface Rogue {
  pool: Pool
  started: ExecutorProcess[]
  logger: RecordingLogger
  ended: JobResult[]
  lost: { execution: string; death: Death }[]
  metas: number
  /** How long things may take, which holds for those after the rogue as well. */
  limits: SlotPolicy
  /** Resolves when the pool has an executor that is ready. */
  warm: Promise<void>
}

/** A pool whose first executor is the rogue, and all others are ours. */
export function startRogue(t: Test, plan: string, policy: Partial<typeof defaultSlotPolicy> = {}): Rogue {
  const started: ExecutorProcess[] = []
  const [ended, lost]: [JobResult[], Rogue['lost']] = [[], []]
  const logger = new RecordingLogger()
  const common = { environment: { ...plainEnvironment(), RQD_ROGUE: plan }, daemonId: 'rogue-test', heapMb: null }
  const limits = { ...defaultSlotPolicy, ...policy }
  const rogue: Omit<Rogue, 'pool' | 'warm'> = { started, logger, ended, lost, metas: 0, limits }
  const pool = new Pool({
    workers: ['w.1'],
    spares: 0,
    events: new EventHub(systemClock),
    taskPaths: [fixtureTasks],
    preload: [],
    statsIntervalMs: 100,
    policy: limits,
    recycle: recycleNever,
    spawn: () => {
      const executor = spawnNodeExecutor(started.length === 0 ? { ...common, main } : common)
      started.push(executor)
      return executor
    },
    oomWatch: new OomWatch(),
    clock: systemClock,
    random: { ...systemRandom, unit: () => 0.5 },
    logger,
    output: () => undefined,
    listener: {
      began: () => undefined,
      callingBack: () => undefined,
      printed: () => undefined,
      ended: (result) => ended.push(result),
      lost: (execution, death) => lost.push({ execution, death }),
      returned: () => undefined,
      // It takes for ever to store one.
      meta: () => {
        rogue.metas += 1
        return new Promise(() => undefined)
      },
      free: () => undefined,
    },
  })
  t.teardown(() => pool.stop(true))
  return Object.assign(rogue, { pool, warm: pool.start() })
}

/** The next executor is one of ours and works. */
export async function nextWorks(t: Test, { pool, started, ended, limits }: Rogue): Promise<void> {
  await waitFor('the next executor', () => started.length === 2 && pool.capacity(undefined) === 1)
  t.notOk(isRunning(started[0]!.pid), 'the rogue is gone')
  // What was short for the rogue is too short for an honest one on a busy machine.
  Object.assign(limits, defaultSlotPolicy)
  give(pool, 'good', 'arithmetic.add', [1, 2])
  await waitFor('its result', () => ended.some(({ execution, outcome }) => execution === 'good' && outcome === 'ok'))
}

/** Why executors were ended, as the log has it. */
export function breaches({ logger }: Rogue): unknown[] {
  return logger.lines.flatMap((line, i) =>
    line === 'error an executor broke the protocol and is ended' ? [logger.fields[i]?.['error']] : [],
  )
}
