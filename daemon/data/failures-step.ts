import type * as zod from 'zod'
import { type GroupedFailures, groupFailures } from '../../src/fleet/group-failures.js'
import { requirePackage } from '../../src/require.js'
import { MOST_LOOKED_AT, briefPage, filterParams } from './job-filter.js'
import { dataMethod } from './method.js'
import { isoOf, someQueues } from './params.js'

const { z } = requirePackage('zod') as typeof zod

/** Failed jobs of one group, among those that a step has looked at. */
export interface FailureGroupRow {
  readonly signature: string
  readonly func: string | null
  readonly errorType: string | null
  /** Of its newest job. */
  readonly message: string
  readonly count: number
  /** ISO times; null if none of them says when it failed. */
  readonly oldest: string | null
  readonly newest: string | null
  /** The newest first, a few at most. */
  readonly sampleIds: string[]
  readonly queues: string[]
}

/** One part of the failed jobs, by group. */
export interface FailuresStep {
  readonly groups: FailureGroupRow[]
  readonly looked: number
  readonly gone: number
  readonly cursor: string | null
}

const result: zod.ZodType<FailuresStep> = z.looseObject({
  groups: z.array(
    z.looseObject({
      signature: z.string().describe('Names the group, for `group` of `jobs` and `jobs.ids`'),
      func: z.string().nullable(),
      errorType: z.string().nullable().describe('Class of the error'),
      message: z.string().describe('What the error says of the newest of them'),
      count: z.int().positive(),
      oldest: z.string().nullable().describe('ISO time of the first failure'),
      newest: z.string().nullable(),
      sampleIds: z.array(z.string()).describe('Five at most, the newest first'),
      queues: z.array(z.string()),
    }),
  ),
  looked: z.int().nonnegative().describe('How many jobs were looked at'),
  gone: z.int().nonnegative().describe('Of those, how many have no data any more: they are in no group'),
  cursor: z.string().nullable().describe('For the next call; null at the end'),
})

export const failuresStep = dataMethod({
  summary: 'Failed jobs by function and error, a part at a time: the parts are put together by who asks.',
  changes: false,
  params: z.strictObject({
    queues: someQueues,
    cursor: filterParams.cursor,
    limit: z.int().positive().max(MOST_LOOKED_AT).default(MOST_LOOKED_AT).describe('Most jobs that one call looks at'),
  }),
  result,
  run: async (access, { queues, cursor, limit }) => {
    const page = await briefPage(access, { ...everyFailed, queues, cursor }, limit)
    const there = page.jobs.filter(({ isGone }) => !isGone)
    return {
      groups: groupFailures(there).map(rowOf),
      looked: page.looked,
      gone: page.jobs.length - there.length,
      cursor: page.cursor,
    }
  },
})

const everyFailed = {
  statuses: ['failed'],
  func: null,
  olderThanSec: null,
  error: null,
  group: null,
  before: null,
} as const

function rowOf({ oldestMs, newestMs, ...group }: GroupedFailures): FailureGroupRow {
  return { ...group, oldest: isoOf(oldestMs), newest: isoOf(newestMs) }
}
