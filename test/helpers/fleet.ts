import type { TestRedis } from './redis.js'
import type { Result } from '../../daemon/control/protocol.js'
import { DataHere } from '../../daemon/data/here.js'
import { systemClock } from '../../src/clock.js'
import { systemRandom } from '../../src/random.js'
import { createKeys } from '../../src/redis/keys.js'
import { Store } from '../../src/redis/store.js'
import { waitFor } from './wait-for.js'

/** The methods about data of this Redis, as a program without a daemon calls them. */
export function dataOf(redis: TestRedis): DataHere {
  return new DataHere({
    store: new Store(redis.connect(), createKeys()),
    clock: systemClock,
    random: systemRandom,
  })
}

/** Wait until an order is at its end. */
export function answerTo(data: DataHere, order: string): Promise<Result<'daemon.answer'>> {
  return waitFor(`the answer to order ${order}`, async () => {
    const answer = await data.call('daemon.answer', { order })
    return answer.state !== 'waiting' && answer.state !== 'taken' && answer
  })
}

/** Give an order and wait for its end. */
export async function ordered(
  data: DataHere,
  daemon: string,
  method: string,
  params: Readonly<Record<string, unknown>> = {},
): Promise<Result<'daemon.answer'>> {
  const given = await data.call('daemon.order', { daemon, method: method as 'status', params, by: 'ann@box pid 7' })
  return answerTo(data, given.order)
}
