import type * as zod from 'zod'
import { RqdError } from '../../src/errors.js'
import { requirePackage } from '../../src/require.js'
import { dataMethod } from './method.js'

const { z } = requirePackage('zod') as typeof zod

export const redisVersion = dataMethod({
  summary: 'The version of the Redis server.',
  changes: false,
  params: z.strictObject({}),
  result: z.looseObject({ version: z.string() }),
  run: async ({ store }) => {
    const version = /^redis_version:(\S+)/m.exec(await store.redis.info('server'))?.[1]
    if (version === undefined) throw new RqdError('RQD_REDIS', 'the Redis server does not tell its version')
    return { version }
  },
})
