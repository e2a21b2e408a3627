import type * as zod from 'zod'
import { readDueTimes } from '../../src/fleet/due-times.js'
import { errorLine } from '../../src/fleet/error-line.js'
import type { JobBrief } from '../../src/fleet/job-brief.js'
import { type JobPlaceName, jobPlaces } from '../../src/fleet/job-place.js'
import { requirePackage } from '../../src/require.js'
import { type FilteredPage, MOST_LOOKED_AT, briefPage, filterParams } from './job-filter.js'
import { dataMethod } from './method.js'
import { isoOf } from './params.js'

const { z } = requirePackage('zod') as typeof zod

/** A job as a line of a list. */
export interface JobRow {
  readonly id: string
  /** What its hash says; null if it says nothing. */
  readonly status: string | null
  /** Where it was found. */
  readonly place: JobPlaceName
  readonly queue: string
  readonly func: string | null
  readonly description: string | null
  readonly createdAt: string | null
  readonly enqueuedAt: string | null
  readonly startedAt: string | null
  readonly endedAt: string | null
  /** When a scheduled job is due. */
  readonly dueAt: string | null
  /** Since when it is what it is. */
  readonly ageSec: number | null
  readonly worker: string | null
  /** Last line of the traceback of a failed job. */
  readonly error: string | null
  /** Its data is not there: deleted, or expired. */
  readonly gone: boolean
}

/** Longest text of a row. */
const MOST_CHARACTERS = 500

const time = z.string().nullable()

const result: zod.ZodType<FilteredPage<JobRow>> = z.looseObject({
  jobs: z.array(
    z.looseObject({
      id: z.string(),
      status: z.string().nullable().describe('What its hash says'),
      place: z.enum(jobPlaces).describe('Where it was found'),
      queue: z.string(),
      func: z.string().nullable(),
      description: z.string().nullable(),
      createdAt: time.describe('ISO time'),
      enqueuedAt: time,
      startedAt: time,
      endedAt: time,
      dueAt: time.describe('When a scheduled job is due, ISO time; null for others'),
      ageSec: z.number().nullable().describe('Since when it is in this state, as far as its hash tells'),
      worker: z.string().nullable(),
      error: z.string().nullable().describe('Last line of the traceback of a failed job'),
      gone: z.boolean().describe('Its data is not there: deleted, or expired'),
    }),
  ),
  looked: z.int().nonnegative().describe('How many were looked at'),
  cursor: z.string().nullable().describe('For the next call; null at the end. A part may be empty and not the last'),
})

export const jobs = dataMethod({
  summary: 'Jobs by queue, state and filters, a part at a time.',
  changes: false,
  params: z.strictObject({
    ...filterParams,
    limit: z.int().positive().max(MOST_LOOKED_AT).default(100).describe('Most jobs that one call looks at'),
  }),
  result,
  run: async (access, { limit, ...params }) => {
    const nowMs = access.clock.epochMs()
    const page = await briefPage(access, params, limit)
    const dueTimes = await readDueTimes(access.store, page.jobs)
    return { ...page, jobs: page.jobs.map((job, i) => rowOf(job, dueTimes[i], nowMs)) }
  },
})

function rowOf(job: JobBrief, dueMs: number | undefined, nowMs: number): JobRow {
  return {
    id: job.id,
    status: job.status ?? null,
    place: job.place,
    queue: job.queue,
    func: cut(job.func),
    description: cut(job.description),
    createdAt: isoOf(job.createdAtMs),
    enqueuedAt: isoOf(job.enqueuedAtMs),
    startedAt: isoOf(job.startedAtMs),
    endedAt: isoOf(job.endedAtMs),
    dueAt: isoOf(dueMs),
    ageSec: job.sinceMs === undefined ? null : Math.max(0, (nowMs - job.sinceMs) / 1000),
    worker: job.worker ?? null,
    error: cut(job.traceback === undefined ? undefined : errorLine(job.traceback)),
    gone: job.isGone,
  }
}

function cut(text: string | undefined): string | null {
  if (text === undefined) return null
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text
}
