import type { Redis } from 'ioredis'
import type { Keys } from './keys.js'
import { asInteger, asList, asText, runScript } from './script.js'
import { scripts } from './scripts.js'

/** Ids that one call looks at. A small set is looked at whole, up to 512. */
export const PURGED_AT_ONCE = 300

/** Drop ids whose job is gone from a part of a group. `cursor` '0': from its start; at the end it is that again. */
export async function purgeGroup(
  redis: Redis,
  keys: Keys,
  group: string,
  cursor: string,
): Promise<{ cursor: string; dropped: number }> {
  const [next, dropped] = asList(
    await runScript(redis, scripts.purgeGroup, {
      keys: { groups: keys.groups, group: keys.group(group) },
      args: { prefix: keys.prefix, name: group, cursor, count: PURGED_AT_ONCE },
    }),
  )
  return { cursor: asText(next), dropped: asInteger(dropped) }
}
