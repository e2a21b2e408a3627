import type * as zod from 'zod'
import { type OrderAnswer, orderStates, readAnswer } from '../../src/fleet/orders.js'
import { requirePackage } from '../../src/require.js'
import { dataMethod } from './method.js'

const { z } = requirePackage('zod') as typeof zod

const result: zod.ZodType<OrderAnswer> = z.looseObject({
  state: z
    .enum(orderStates)
    .describe(
      '`waiting` until the daemon takes it up, `taken` while it is at it, then `done` or `failed`; `expired`: it came too late and did nothing; `gone`: it ended before it answered; `unknown`: there was no such order, or nothing is kept of it',
    ),
  daemon: z.string().nullable(),
  method: z.string().nullable(),
  progress: z.unknown().describe('How far it is: what `drain.progress` or `rollout.progress` would carry; else null'),
  result: z.unknown().describe('With `done`: what the method answers'),
  error: z
    .looseObject({ code: z.string().nullable(), message: z.string() })
    .nullable()
    .describe('With `failed`: why; `code` is the stable name of the error'),
})

/** What has become of an order. */
export const daemonAnswer = dataMethod({
  summary: 'What has become of an order that was given by `daemon.order`. It is kept for a minute.',
  changes: false,
  params: z.strictObject({ order: z.string().min(1).max(100).describe('Id of the order') }),
  result,
  run: ({ store: { redis, keys } }, { order }) => readAnswer(redis, keys, order),
})
