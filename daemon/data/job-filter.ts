/** Parameters of the methods that list jobs. */
import type * as zod from 'zod'
import { type JobCursor, readCursor, writeCursor } from '../../src/fleet/job-cursor.js'
import { type FoundJob, type JobBrief, readBriefs } from '../../src/fleet/job-brief.js'
import { type JobFilter, isFiltering, passesFilter } from '../../src/fleet/job-filter.js'
import { readJobPage } from '../../src/fleet/job-pages.js'
import { type JobPlaceName, jobPlaces } from '../../src/fleet/job-place.js'
import { requirePackage } from '../../src/require.js'
import type { DataAccess } from './method.js'
import { someQueues } from './params.js'

const { z } = requirePackage('zod') as typeof zod

/** Jobs whose data one call looks at, so that it ends within milliseconds. */
export const MOST_LOOKED_AT = 200

/** What both methods take. */
export const filterParams = {
  queues: someQueues,
  statuses: z
    .array(z.enum(jobPlaces))
    .default([])
    .describe('Where they are, in this order; everywhere if empty. `failed` takes in stopped jobs'),
  func: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('A pattern for the name of the function: `*` any characters, `?` any one'),
  olderThanSec: z
    .number()
    .nonnegative()
    .nullable()
    .default(null)
    .describe('Only those that are in this state for longer than so many seconds'),
  error: z.string().min(1).nullable().default(null).describe('Text in the traceback, in upper case or lower'),
  group: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Only failed jobs of this group: a `signature` of `failures.step`'),
  before: z.iso
    .datetime()
    .nullable()
    .default(null)
    .describe(
      'Only those that are in this state since before this ISO time; one that does not say since when is meant',
    ),
  cursor: z.string().nullable().default(null).describe('`cursor` of the answer before; null or left out: begin'),
} as const

/** As the methods get it. */
export interface FilterParams {
  readonly queues: readonly string[]
  readonly statuses: readonly JobPlaceName[]
  readonly func: string | null
  readonly olderThanSec: number | null
  readonly error: string | null
  readonly group: string | null
  readonly before: string | null
  readonly cursor: string | null
}

/** One part of the jobs that are meant. */
export interface FilteredPage<T> {
  readonly jobs: T[]
  /** How many were looked at. */
  readonly looked: number
  readonly cursor: string | null
}

/** Jobs with what a line of a list tells of them. @throws RqdError RQD_REDIS, RQD_BAD_OPTION */
export async function briefPage(
  access: DataAccess,
  params: FilterParams,
  limit: number,
): Promise<FilteredPage<JobBrief>> {
  const filter = filterOf(params)
  const { found, cursor } = await pageOf(access, params, Math.min(limit, MOST_LOOKED_AT))
  const briefs = await readBriefs(access.store, found, { func: true, traceback: true })
  const nowMs = access.clock.epochMs()
  return { jobs: briefs.filter((job) => passesFilter(job, filter, nowMs)), looked: found.length, cursor }
}

/** Where jobs are, and no more: without a filter, what they hold is not looked at. */
export async function foundPage(
  access: DataAccess,
  params: FilterParams,
  limit: number,
): Promise<FilteredPage<FoundJob>> {
  const filter = filterOf(params)
  const isLooking = isFiltering(filter)
  const { found, cursor } = await pageOf(access, params, isLooking ? Math.min(limit, MOST_LOOKED_AT) : limit)
  if (!isLooking) return { jobs: found, looked: found.length, cursor }
  const isGrouped = filter.group !== undefined
  const parts = { func: isGrouped || filter.func !== undefined, traceback: isGrouped || filter.error !== undefined }
  const briefs = await readBriefs(access.store, found, parts)
  const nowMs = access.clock.epochMs()
  const jobs = briefs
    .filter((job) => passesFilter(job, filter, nowMs))
    .map(({ id, queue, place }) => ({ id, queue, place }))
  return { jobs, looked: found.length, cursor }
}

async function pageOf(
  { store }: DataAccess,
  { queues, statuses, cursor }: FilterParams,
  limit: number,
): Promise<{ found: FoundJob[]; cursor: string | null }> {
  const before: JobCursor | undefined = cursor === null ? undefined : readCursor(cursor)
  const places = statuses.length === 0 ? jobPlaces : [...new Set(statuses)]
  const page = await readJobPage(store, { queues, places, cursor: before, limit })
  return { found: [...page.jobs], cursor: page.cursor === undefined ? null : writeCursor(page.cursor) }
}

function filterOf({ func, olderThanSec, error, group, before }: FilterParams): JobFilter {
  return {
    func: func ?? undefined,
    olderThanSec: olderThanSec ?? undefined,
    error: error ?? undefined,
    group: group ?? undefined,
    beforeMs: before === null ? undefined : Date.parse(before),
  }
}
