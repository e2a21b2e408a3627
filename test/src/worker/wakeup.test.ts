import t, { type Test } from 'tap'
import { connectRedis } from '../../../src/redis/connection.js'
import { systemRandom } from '../../../src/random.js'
import { MAX_WATCHED_QUEUES, Wakeup } from '../../../src/worker/wakeup.js'
import type { ClaimCall, ClaimReply } from '../../../src/redis/store.js'
import { Factory } from '../../helpers/factory.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

const { client, url } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

interface Bench {
  wakeup: Wakeup
  wakes: () => number
  /** Replies of claims that were sent ahead. */
  replies: ClaimReply[]
  unsure: () => number
}

function setup(t: Test, arm: () => ClaimCall | undefined = () => undefined): Bench {
  let wakes = 0
  let unsure = 0
  const replies: ClaimReply[] = []
  const connect = () => {
    const redis = connectRedis(url, { commandTimeoutMs: 10_000, connectionName: 'watch', random: systemRandom })
    return redis
  }
  const wakeup = new Wakeup(keys, connect, {
    wake: () => (wakes += 1),
    arm,
    claimed: (reply) => replies.push(reply),
    unsure: () => (unsure += 1),
  })
  t.teardown(() => wakeup.close())
  return { wakeup, wakes: () => wakes, replies, unsure: () => unsure }
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

/** A claim of one job on `q` for the supervisor `sup`. */
function claimOfOne(ticket = 1): ClaimCall {
  const executionPrefix = systemRandom.hex(24)
  return { supervisorId: 'sup', executionPrefix, queues: ['q'], limit: 1, lookAt: 10, ticket }
}

void t.test('a claim sent ahead brings the job with the wake, and the queue is blocked on no more', async (t) => {
  await make.register('sup')
  const call = claimOfOne()
  const { wakeup, wakes, replies } = setup(t, () => call)
  wakeup.watch(['q'])
  await blocked(1)
  t.ok(wakeup.isArmed(1))
  t.ok(wakeup.mayBring(`${call.executionPrefix}00000000`))
  t.notOk(wakeup.mayBring(`${systemRandom.hex(24)}00000000`))
  await make.enqueue(['a', 'b'])
  await waitFor('the answer', () => replies.length === 1)
  t.strictSame(
    replies[0]?.claims.map(({ jobId }) => jobId),
    ['a'],
  )
  t.strictSame([wakes(), wakeup.isArmed(1)], [0, false])
  t.strictSame(await make.list(), ['b'])
})

void t.test(
  'of two daemons with claims sent ahead one gets the job, and the other is told that it got none',
  async (t) => {
    await make.register('sup')
    const [one, two] = [setup(t, claimOfOne), setup(t, claimOfOne)]
    one.wakeup.watch(['q'])
    two.wakeup.watch(['q'])
    await blocked(2)
    await make.enqueue('a')
    await waitFor('both answers', () => one.replies.length === 1 && two.replies.length === 1)
    t.equal((one.replies[0]?.claims.length ?? 0) + (two.replies[0]?.claims.length ?? 0), 1)
  },
)

void t.test('a claim sent ahead that was made void takes nothing', async (t) => {
  await make.register('sup')
  const { wakeup, replies } = setup(t, claimOfOne)
  wakeup.watch(['q'])
  await blocked(1)
  await make.store.disarm('sup', 1)
  await make.enqueue('a')
  await waitFor('the answer', () => replies.length === 1)
  t.equal(replies[0]?.state, 'void')
  t.strictSame(await make.list(), ['a'])
})

void t.test('a claim whose answer is lost with its connection is told, and is not waited for', async (t) => {
  await make.register('sup')
  const { wakeup, unsure, wakes } = setup(t, claimOfOne)
  wakeup.watch(['q'])
  await blocked(1)
  await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await waitFor('the doubt', () => unsure() === 1)
  t.notOk(wakeup.isArmed(1))
  await waitFor('the wake', () => wakes() === 1)
})

void t.test('a claim sent ahead is made although the key holds no list: other queues may have something', async (t) => {
  await make.register('sup')
  await client.set(keys.queue('r'), 'text')
  await make.enqueue('a')
  const { wakeup, replies, wakes } = setup(t, claimOfOne)
  t.ok(wakeup.watch(['r']))
  await waitFor('the answer', () => replies[0]?.claims.length === 1)
  await waitFor('the wake after the failure', () => wakes() === 1)
})
