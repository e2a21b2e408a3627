import type * as zod from 'zod'
import type { HistoryMinute } from '../../src/history/minute.js'
import { MOST_MINUTES, readHistory } from '../../src/history/read-history.js'
import { requirePackage } from '../../src/require.js'
import { dataMethod } from './method.js'

const { z } = requirePackage('zod') as typeof zod

/** A minute of the fleet. */
export interface HistoryRow {
  /** When it began, ISO time. */
  readonly at: string
  readonly finished: number
  readonly failed: number
  readonly retried: number
  readonly stopped: number
  readonly interrupted: number
  readonly runSec: number
  readonly longestRunSec: number
  readonly waits: number
  readonly waitSec: number
  readonly longestWaitSec: number
  readonly waiting: number | null
  readonly failedJobs: number | null
  readonly running: number | null
  readonly workers: number | null
  readonly busyWorkers: number | null
}

const count = z.number().nonnegative()
const gauge = count.nullable()

const result: zod.ZodType<{ minutes: HistoryRow[] }> = z.looseObject({
  minutes: z
    .array(
      z.looseObject({
        at: z.string().describe('When it began, ISO time by the clock of Redis'),
        finished: count.describe('Runs that ended well'),
        failed: count.describe('Runs that failed for good; every failed run of a Python worker'),
        retried: count.describe('Runs that failed and are tried again'),
        stopped: count,
        interrupted: count.describe('Runs that went back to their queue through no fault of theirs'),
        runSec: count.describe('How long all these runs took, together'),
        longestRunSec: count,
        waits: count.describe('Runs of rqd of which it is known how long their jobs waited on a queue'),
        waitSec: count.describe('How long, together'),
        longestWaitSec: count,
        waiting: gauge.describe('Jobs on all queues; null, as those below, where nobody has looked'),
        failedJobs: gauge.describe('Jobs in the failed registries'),
        running: gauge,
        workers: gauge,
        busyWorkers: gauge,
      }),
    )
    .describe('The oldest first; the last one still goes on'),
})

export const history = dataMethod({
  summary: 'What happened in each of the last minutes, in all daemons and Python workers of this Redis.',
  changes: false,
  params: z.strictObject({
    minutes: z.int().positive().max(MOST_MINUTES).default(60).describe('How many of them'),
  }),
  result,
  run: async ({ store: { redis, keys } }, { minutes }) => ({
    minutes: (await readHistory(redis, keys, minutes)).map(rowOf),
  }),
})

function rowOf({ startMs, runMs, longestRunMs, waitMs, longestWaitMs, ...rest }: HistoryMinute): HistoryRow {
  return {
    at: new Date(startMs).toISOString(),
    ...rest,
    runSec: runMs / 1000,
    longestRunSec: longestRunMs / 1000,
    waitSec: waitMs / 1000,
    longestWaitSec: longestWaitMs / 1000,
  }
}
