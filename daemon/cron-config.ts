import type * as zod from 'zod'
import { makeEntry, type CronEntryOptions } from '../src/cron/entry.js'
import { coerceError } from '../src/errors.js'
import { requirePackage } from '../src/require.js'
import { systemRandom } from '../src/random.js'
import { rqDefaults } from '../src/rq-defaults.js'

const { z } = requirePackage('zod') as typeof zod

// Spans, names and schedules are judged by the library, as for a program that registers the entry itself.
const span = z.union([z.number(), z.string()])
const spans = z.union([span, z.array(span)])

const entry = z.strictObject({
  name: z.string(),
  schedule: z.string().optional(),
  interval: span.optional(),
  timeZone: z.string().optional(),
  /** `module.function`. */
  func: z.string(),
  queue: z.string().optional(),
  args: z.array(z.unknown()).optional(),
  kwargs: z.record(z.string(), z.unknown()).optional(),
  backfill: z
    .union([z.boolean(), z.number(), z.strictObject({ count: z.number().optional(), age: span.optional() })])
    .optional(),
  serializer: z.enum(['json', 'pickle']).optional(),
  jobTimeout: span.optional(),
  resultTtl: span.optional(),
  ttl: span.optional(),
  failureTtl: span.optional(),
  atFront: z.boolean().optional(),
  description: z.string().optional(),
  meta: z.record(z.string(), z.unknown()).optional(),
  retry: z
    .strictObject({ max: z.number(), interval: spans.optional(), enqueueAtFront: z.boolean().optional() })
    .optional(),
  onSuccess: z.string().optional(),
  onFailure: z.string().optional(),
  onStopped: z.string().optional(),
  group: z.string().optional(),
})

/** A cron entry in the configuration of the daemon. */
export type CronConfig = Readonly<zod.output<typeof entry>>

/** The option `cron`: entries, each checked as a whole, with a name of its own. */
export const cronEntries = z
  .array(
    entry.superRefine((found, context) => {
      try {
        void makeEntry(found.func, cronOptions(found), {
          serializer: 'json',
          defaultTimeout: rqDefaults.timeoutSec,
          taskPaths: [],
          random: systemRandom,
        })
      } catch (thrown) {
        context.addIssue({ code: 'custom', message: coerceError(thrown).message })
      }
    }),
  )
  .default([])
  .superRefine((entries, context) => {
    const names = entries.map(({ name }) => name)
    const again = names.findIndex((name, i) => names.indexOf(name) < i)
    if (again < 0) return
    const message = `cron entry ${JSON.stringify(names[again])} is there twice; give one of them another name`
    context.addIssue({ code: 'custom', path: [again], message })
  })

/** An entry as the library takes it: `schedule` is `cron` there, and what is not set is left out. */
export function cronOptions({ func: _, schedule, ...rest }: CronConfig): CronEntryOptions {
  return withoutUndefined({ ...rest, cron: schedule }) as CronEntryOptions
}

function withoutUndefined(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const set = Object.entries(value).filter(([, part]) => part !== undefined)
  return Object.fromEntries(set.map(([name, part]) => [name, withoutUndefined(part)]))
}
