import type * as zod from 'zod'
import { dependency } from '../../src/dependency.js'
import { parseDurationSec } from '../../src/duration.js'
import { RqdError, coerceError } from '../../src/errors.js'
import type { JobOptions } from '../../src/enqueue-call.js'
import { requirePackage } from '../../src/require.js'
import { decodeJson } from '../../src/serial/json.js'
import { dataMethod } from './method.js'
import { isoOf } from './params.js'

const { z } = requirePackage('zod') as typeof zod

const result: zod.ZodType<{ id: string; queue: string; status: string | null; scheduledFor: string | null }> =
  z.looseObject({
    id: z.string(),
    queue: z.string(),
    status: z.string().nullable().describe('`queued`, `deferred` or `scheduled`'),
    scheduledFor: z.string().nullable().describe('ISO time; null if it is to run as soon as it can'),
  })

const duration = z.union([z.int(), z.string()]).nullable().default(null)

const params = z.strictObject({
  func: z.string().min(1).describe('Name of the function, as workers find it'),
  args: z
    .union([z.array(z.unknown()), z.string()])
    .default([])
    .describe('Arguments; or JSON text of them, where integers beyond 2^53 stay whole'),
  kwargs: z
    .union([z.record(z.string(), z.unknown()), z.string()])
    .default({})
    .describe('Keyword arguments; or JSON text of them'),
  queue: z.string().min(1).default('default').describe('Name of the queue'),
  id: z.string().nullable().default(null).describe('Id of the job; random if left out'),
  timeout: duration.describe('Limit of its run: seconds or text such as `5m`, -1 for none'),
  resultTtl: duration.describe('How long a result is kept: 0 not at all, -1 for ever'),
  failureTtl: duration.describe('How long a failure is kept'),
  ttl: duration.describe('How long it may wait to be started'),
  atFront: z.boolean().default(false).describe('Before all jobs that wait'),
  at: z.iso.datetime({ offset: true }).nullable().default(null).describe('ISO time at which it is queued'),
  in: duration.describe('Time after which it is queued'),
  retry: z
    .strictObject({
      max: z.int().positive(),
      interval: z.union([z.int(), z.string(), z.array(z.union([z.int(), z.string()]))]).optional(),
    })
    .nullable()
    .default(null)
    .describe('How often it is tried again when it fails, and how long it waits before'),
  dependsOn: z.array(z.string().min(1)).default([]).describe('Ids of jobs that must have finished before'),
  allowFailure: z.boolean().default(false).describe('Those may fail as well'),
  description: z.string().nullable().default(null).describe('Shown by viewers'),
  meta: z.record(z.string(), z.unknown()).nullable().default(null).describe('Data that goes with the job'),
  serializer: z.enum(['json', 'pickle']).default('json').describe('What the workers of the queue read'),
  unique: z.boolean().default(false).describe('Refuse an id that exists already'),
})

type Params = zod.output<typeof params>

export const enqueue = dataMethod({
  summary: 'Put a call on a queue.',
  changes: true,
  params,
  result,
  run: async ({ store: { redis, keys }, clock, random }, given) => {
    const { func, queue: name, at, in: delay } = given
    if (at !== null && delay !== null) {
      throw new RqdError('RQD_BAD_OPTION', 'found both at and in; expected one or the other')
    }
    const args = readJson('args', given.args, isList)
    const call = { ...optionsOf(given), kwargs: readJson('kwargs', given.kwargs, isRecord) }
    const { Queue } = await import('../../src/queue.js')
    const where = { connection: redis, prefix: keys.prefix, serializer: given.serializer }
    const queue = new Queue(name, { ...where, clock, random })
    const due = at === null ? delayedUntil(delay, clock.epochMs()) : new Date(at)
    const job = await (due === undefined
      ? queue.enqueueCall({ ...call, func, args })
      : delay === null
        ? queue.with(call).enqueueAt(due, func, ...args)
        : queue.with(call).enqueueIn(delay, func, ...args))
    return { id: job.id, queue: name, status: job.status ?? null, scheduledFor: isoOf(due?.getTime()) }
  },
})

function delayedUntil(delay: Params['in'], nowMs: number): Date | undefined {
  return delay === null ? undefined : new Date(nowMs + parseDurationSec(delay, 'in') * 1000)
}

function optionsOf(given: Params): JobOptions {
  const { retry, dependsOn, meta } = given
  return {
    unique: given.unique,
    atFront: given.atFront,
    ...(given.id === null ? {} : { jobId: given.id }),
    ...(given.timeout === null ? {} : { jobTimeout: given.timeout }),
    ...(given.resultTtl === null ? {} : { resultTtl: given.resultTtl }),
    ...(given.failureTtl === null ? {} : { failureTtl: given.failureTtl }),
    ...(given.ttl === null ? {} : { ttl: given.ttl }),
    ...(given.description === null ? {} : { description: given.description }),
    ...(meta === null ? {} : { meta }),
    ...(retry === null
      ? {}
      : { retry: { max: retry.max, ...(retry.interval === undefined ? {} : { interval: retry.interval }) } }),
    ...(dependsOn.length === 0 ? {} : { dependsOn: dependency({ jobs: dependsOn, allowFailure: given.allowFailure }) }),
  }
}

/** A parameter that may be JSON text. @throws RqdError RQD_BAD_OPTION */
function readJson<T>(name: string, given: unknown, isFit: (value: unknown) => value is T): T {
  let value = given
  if (typeof given === 'string') {
    try {
      value = decodeJson(given)
    } catch (thrown) {
      const found = JSON.stringify(given.length > 60 ? `${given.slice(0, 60)}…` : given)
      throw new RqdError('RQD_BAD_OPTION', `${name} is ${found}; expected JSON: ${coerceError(thrown).message}`)
    }
  }
  if (isFit(value)) return value
  const expected = name === 'args' ? 'a JSON array, such as [1, "two"]' : 'a JSON object, such as {"size": 1}'
  throw new RqdError('RQD_BAD_OPTION', `${name} is JSON of another kind; expected ${expected}`)
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
