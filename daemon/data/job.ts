import type * as zod from 'zod'
import { readJobReport } from '../../src/fleet/job-report.js'
import { requirePackage } from '../../src/require.js'
import { type JobDocument, documentOfJob } from './job-document.js'
import { dataMethod } from './method.js'

const { z } = requirePackage('zod') as typeof zod

const text = z.string().nullable()
const span = z.number().nullable()
const spans = z.array(z.number()).nullable()

const certificate = z.looseObject({
  cause: z.string(),
  signal: text,
  exitCode: z.number().nullable(),
  pid: z.number(),
  peakRssBytes: z.number().nullable(),
  cpuSec: z.number().nullable(),
  runSec: z.number(),
  output: z.array(z.string()),
})

const ended = z.looseObject({
  type: text.describe('`successful`, `failed`, `retried`, …; null if it cannot be read'),
  createdAt: text,
  startedAt: text,
  endedAt: text,
  worker: text,
  executionId: text,
  value: z.unknown().describe('What was returned; null for nothing, and where it did not end well'),
  excInfo: text.describe('The traceback'),
  output: z.array(z.string()).describe('The last lines printed before a failure'),
  certificate: certificate.nullable().describe('How an executor ended that did not end by itself'),
  problem: text,
})

const result = z.looseObject({
  id: z.string(),
  status: text,
  queue: text,
  func: text,
  args: z.unknown().describe('Arguments as JSON; what that lacks is an object with a key such as `$bytes`'),
  kwargs: z.unknown(),
  serializer: text.describe('`json` or `pickle`'),
  payloadBytes: z.int().nonnegative(),
  description: text,
  createdAt: text.describe('ISO time'),
  enqueuedAt: text,
  startedAt: text,
  endedAt: text,
  lastHeartbeat: text,
  expiresAt: text.describe('When it is removed; null: never'),
  worker: text,
  timeoutSec: span.describe('-1 for none'),
  resultTtlSec: span.describe('-1: kept for ever'),
  failureTtlSec: span,
  ttlSec: span,
  retriesLeft: span,
  retryIntervalsSec: spans,
  numberOfRetries: span,
  repeatsLeft: span,
  repeatIntervalsSec: spans,
  deaths: z.int().nonnegative().describe('Executors that it has ended'),
  group: text,
  dependsOn: z.array(z.string()),
  allowDependencyFailures: z.boolean(),
  dependents: z.array(z.string()).describe('A hundred at most'),
  dependentCount: z.int().nonnegative(),
  callbacks: z.looseObject({ success: text, failure: text, stopped: text }),
  webhooks: z.int().nonnegative(),
  meta: z.unknown(),
  result: z.unknown().describe('What the newest run returned'),
  excInfo: text.describe('The traceback of the newest run'),
  results: z.array(ended).describe('The newest first'),
  places: z
    .array(
      z.looseObject({
        place: z.string(),
        queue: z.string(),
        at: text.describe('The time that it stands under there'),
        before: z.number().nullable().describe('Jobs that wait before it'),
      }),
    )
    .describe('The queue or the registries that hold it'),
  problems: z.array(z.string()).describe('What cannot be read, in words'),
}) as unknown as zod.ZodType<JobDocument>

export const job = dataMethod({
  summary: 'Everything about a job: call, times, results, failures, what it waits for, where it lies.',
  changes: false,
  params: z.strictObject({ id: z.string().min(1).describe('Id of the job') }),
  result,
  run: async ({ store, clock }, { id }) => documentOfJob(await readJobReport(store, id, clock.epochMs())),
})
