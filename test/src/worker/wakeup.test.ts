import t, { type Test } from 'tap'
import { connectRedis } from '../../../src/redis/connection.js'
import { systemRandom } from '../../../src/random.js'
import { MAX_WATCHED_QUEUES, Wakeup } from '../../../src/worker/wakeup.js'
import { Factory } from '../../helpers/factory.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

const { client, url } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

function setup(t: Test): { wakeup: Wakeup; wakes: () => number } {
  let wakes = 0
  const connect = () => {
    const redis = connectRedis(url, { commandTimeoutMs: 10_000, connectionName: 'watch', random: systemRandom })
    return redis
  }
  const wakeup = new Wakeup(keys, connect, () => (wakes += 1))
  t.teardown(() => wakeup.close())
  return { wakeup, wakes: () => wakes }
}

const watching = async (): Promise<number> => String(await client.client('LIST')).split('name=watch').length - 1
const blocked = (number: number): Promise<unknown> =>
  waitFor(`${number} blocked clients`, async () =>
    (await client.info('clients')).includes(`blocked_clients:${number}\r`),
  )

void t.test('a foreign push on either end wakes, takes nothing and keeps the order', async (t) => {
  const { wakeup, wakes } = setup(t)
  t.ok(wakeup.watch(['q']))
  await blocked(1)
  t.equal(wakes(), 0)
  await client.rpush(keys.queue('q'), 'a', 'b', 'c')
  await waitFor('the wake', () => wakes() === 1)
  t.strictSame(await make.list(), ['a', 'b', 'c'])
  await client.del(keys.queue('q'))
  wakeup.watch(['q'])
  await blocked(1)
  await client.lpush(keys.queue('q'), 'x', 'y')
  await waitFor('the wake', () => wakes() === 2)
  t.strictSame(await make.list(), ['y', 'x'])
})

void t.test('all queues are watched, and one call twice costs nothing', async (t) => {
  const { wakeup, wakes } = setup(t)
  wakeup.watch(['q', 'r'])
  wakeup.watch(['r', 'q'])
  await blocked(2)
  t.equal(await watching(), 2)
  await client.rpush(keys.queue('r'), 'a')
  await waitFor('the wake', () => wakes() === 1)
  await blocked(1)
})

void t.test('two daemons that watch one queue both wake', async (t) => {
  const [one, two] = [setup(t), setup(t)]
  one.wakeup.watch(['q'])
  two.wakeup.watch(['q'])
  await blocked(2)
  await client.rpush(keys.queue('q'), 'a')
  await waitFor('both wakes', () => one.wakes() === 1 && two.wakes() === 1)
  t.strictSame(await make.list(), ['a'])
})

void t.test('a queue that got something before it was watched wakes at once', async (t) => {
  const { wakeup, wakes } = setup(t)
  await client.rpush(keys.queue('q'), 'a')
  wakeup.watch(['q'])
  await waitFor('the wake', () => wakes() === 1)
})

void t.test('queues beyond the limit are to be polled', async (t) => {
  const { wakeup } = setup(t)
  const queues = Array.from({ length: MAX_WATCHED_QUEUES + 2 }, (_, i) => `q${i}`)
  t.equal(wakeup.watch(queues), false)
  t.equal(wakeup.watch(queues.slice(0, MAX_WATCHED_QUEUES)), true)
  await blocked(MAX_WATCHED_QUEUES)
})

void t.test('close leaves no connection and wakes nobody, also twice and before the first is open', async (t) => {
  const { wakeup, wakes } = setup(t)
  wakeup.watch(['q', 'r'])
  await blocked(2)
  wakeup.close()
  wakeup.close()
  t.equal(wakeup.watch(['q']), true, 'a closed one has nothing to poll for')
  await waitFor('the connections to be gone', async () => (await watching()) === 0)
  const early = setup(t)
  early.wakeup.watch(['q'])
  early.wakeup.close()
  await waitFor('the connection to be gone', async () => (await watching()) === 0)
  t.equal(wakes() + early.wakes(), 0)
})

void t.test(
  'a key that holds no list makes the queue polled, and it is watched again once that is mended',
  async (t) => {
    const { wakeup, wakes } = setup(t)
    await client.set(keys.queue('q'), 'text')
    wakeup.watch(['q'])
    await waitFor('the wake after the failure', () => wakes() === 1)
    await client.del(keys.queue('q'))
    t.equal(wakeup.watch(['q']), false, 'polled until a call succeeds')
    await blocked(1)
    await client.rpush(keys.queue('q'), 'a')
    await waitFor('a wake', () => wakes() === 2)
    t.equal(wakeup.watch(['q']), true)
  },
)

void t.test('a connection that is cut is made anew', async (t) => {
  const { wakeup, wakes } = setup(t)
  wakeup.watch(['q'])
  await blocked(1)
  await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await waitFor('the wake after the failure', () => wakes() === 1)
  await waitFor('the queue to be watched', async () => {
    wakeup.watch(['q'])
    return (await client.info('clients')).includes('blocked_clients:1\r')
  })
  const before = wakes()
  await client.rpush(keys.queue('q'), 'a')
  await waitFor('a wake', () => wakes() > before)
  t.strictSame(await make.list(), ['a'])
})
