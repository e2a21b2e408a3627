import type * as zod from 'zod'
import { type GivenOrder, giveOrder } from '../../src/fleet/orders.js'
import { requirePackage } from '../../src/require.js'
import { dataMethod } from './method.js'
import { orderMethods } from './order-methods.js'

const { z } = requirePackage('zod') as typeof zod

const result: zod.ZodType<{ order: string; daemon: string; supervisor: string }> = z.looseObject({
  order: z.string().describe('Its id, for `daemon.answer`'),
  daemon: z.string().describe('Name of the daemon'),
  supervisor: z.string().describe('Id of its lease'),
})

/** An order to a daemon anywhere, through Redis. */
export const daemonOrder = dataMethod({
  summary:
    'Call a method of another daemon of this Redis. Answers when the order is given; `daemon.answer` tells what came of it.',
  changes: true,
  params: z.strictObject({
    daemon: z.string().min(1).describe('Its name, or the id of its lease'),
    method: z.enum(orderMethods).describe('What it is to do'),
    params: z.record(z.string(), z.unknown()).default({}).describe('By name, as on the control socket of the daemon'),
    expirySec: z
      .number()
      .min(0.1)
      .max(3_600)
      .default(10)
      .describe('How long it may be taken up; afterwards it is dropped, so that no old order is carried out'),
    by: z
      .string()
      .max(200)
      .default('')
      .describe('Who orders it, for the log of that daemon, such as `ann@host pid 4711`; nobody checks it'),
  }),
  result,
  run: async ({ store: { redis, keys }, random }, { expirySec, ...order }) => {
    const given: GivenOrder = await giveOrder(redis, keys, random, { ...order, expiryMs: Math.round(expirySec * 1000) })
    return { order: given.id, daemon: given.daemon, supervisor: given.supervisor }
  },
})
