import type * as zod from 'zod'
import { type ScheduledJob, readSchedule, readScheduleCursor, writeScheduleCursor } from '../../src/fleet/schedule.js'
import { requirePackage } from '../../src/require.js'
import { MOST_LOOKED_AT } from './job-filter.js'
import { dataMethod } from './method.js'
import { isoOf, someQueues } from './params.js'

const { z } = requirePackage('zod') as typeof zod

/** A job that waits for its time, as a line of a list. */
export interface ScheduledRow {
  readonly id: string
  readonly queue: string
  /** ISO time; null for a time that no calendar has. */
  readonly dueAt: string | null
  readonly func: string | null
  readonly description: string | null
  readonly createdAt: string | null
  /** Its data is not there: deleted, or expired. */
  readonly gone: boolean
}

/** Longest text of a row. */
const MOST_CHARACTERS = 500

/** A part of the schedule. */
export interface SchedulePart {
  readonly jobs: ScheduledRow[]
  readonly total: number
  readonly unattended: readonly string[]
  readonly cursor: string | null
}

const text = z.string().nullable()

const result: zod.ZodType<SchedulePart> = z.looseObject({
  jobs: z.array(
    z.looseObject({
      id: z.string(),
      queue: z.string(),
      dueAt: text.describe('ISO time'),
      func: text,
      description: text,
      createdAt: text,
      gone: z.boolean().describe('Its data is not there: deleted, or expired'),
    }),
  ),
  total: z.int().nonnegative().describe('All that are scheduled on these queues'),
  unattended: z.array(z.string()).describe('Queues with scheduled jobs that no scheduler looks after now'),
  cursor: text.describe('For the next call; null at the end'),
})

/** What is to be queued when. */
export const schedule = dataMethod({
  summary: 'Scheduled jobs of all queues together, those that are due first first, a part at a time.',
  changes: false,
  params: z.strictObject({
    queues: someQueues,
    cursor: text.default(null).describe('`cursor` of the answer before; null or left out: begin'),
    limit: z.int().positive().max(MOST_LOOKED_AT).default(50).describe('Most jobs of one answer'),
  }),
  result,
  run: async ({ store }, { queues, cursor, limit }) => {
    const from = cursor === null ? undefined : readScheduleCursor(cursor)
    const page = await readSchedule(store, { queues, limit, cursor: from })
    return {
      jobs: page.jobs.map(rowOf),
      total: page.total,
      unattended: page.unattended,
      cursor: page.cursor === undefined ? null : writeScheduleCursor(page.cursor),
    }
  },
})

function rowOf({ brief, dueMs }: ScheduledJob): ScheduledRow {
  return {
    id: brief.id,
    queue: brief.queue,
    dueAt: isoOf(dueMs),
    func: cut(brief.func),
    description: cut(brief.description),
    createdAt: isoOf(brief.createdAtMs),
    gone: brief.isGone,
  }
}

function cut(text: string | undefined): string | null {
  if (text === undefined) return null
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text
}
