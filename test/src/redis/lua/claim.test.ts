import t from 'tap'
import { Queue } from '../../../../src/index.js'
import { dump } from '../../../helpers/dump.js'
import { Factory, plainFields, ttlIs } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const nothing = { claims: [], skips: [], broken: [], paused: [] }

void t.test('a claimed job leaves its list for the claims of its holder, and nothing else changes', async (t) => {
  await make.register()
  await make.enqueue(['a', 'b'])
  const before = await dump(client)
  const { state, claims, skips, broken } = await make.claimRaw('sup', ['q'], 1)
  t.strictSame({ state, skips, broken }, { state: 'ok', skips: [], broken: [] })
  const [claim] = claims
  t.match(claim, { jobId: 'a', queue: 'q', execution: /^[0-9a-f]{32}$/ })
  t.strictSame(asText(claim!.fields.toMap()), plainFields('q'), 'the hash comes with it')
  const after = await dump(client)
  t.match(after['rqd:claims:sup'], { type: 'hash', expires: false })
  const held = Object.entries(after['rqd:claims:sup']!.content as Record<string, string>)
  t.strictSame(
    held.map(([execution]) => execution),
    [claim!.execution],
  )
  t.match(JSON.parse(held[0]![1]), { id: 'a', queue: 'q' })
  t.strictSame(after['rq:queue:q']!.content, ['b'])
  const { 'rqd:claims:sup': _claims, 'rq:queue:q': _queue, ...others } = after
  const { 'rq:queue:q': _before, ...othersBefore } = before
  t.strictSame(others, othersBefore)
})

void t.test('queues are served in the order given, each from its front, up to the limit', async (t) => {
  await make.register('sup', { queues: ['high', 'mid', 'low'] })
  await make.enqueue(['l1', 'l2'], { queue: 'low' })
  await make.enqueue(['h1', 'h2'], { queue: 'high' })
  await make.enqueue(['m1'], { queue: 'mid' })
  const queues = ['high', 'mid', 'low']
  const first = await make.claim('sup', queues, 4)
  t.strictSame(
    first.map(({ jobId, queue }) => `${queue} ${jobId}`),
    ['high h1', 'high h2', 'mid m1', 'low l1'],
  )
  t.equal(new Set(first.map(({ execution }) => execution)).size, 4)
  t.strictSame(
    first.map(({ execution }) => execution),
    first.map(({ execution }) => execution).sort(),
    'executions sort in the order of their claims',
  )
  await make.enqueue('h3', { queue: 'high' })
  t.strictSame(
    (await make.claim('sup', queues, 10)).map(({ jobId }) => jobId),
    ['h3', 'l2'],
  )
  t.same(await make.claimRaw('sup', queues, 10), { state: 'ok', ...nothing })
})

void t.test('without a lease nothing is claimed and nothing is written', async (t) => {
  await make.enqueue('a')
  const before = await dump(client)
  t.same(await make.claimRaw('nobody'), { state: 'lost', ...nothing })
  t.strictSame(await dump(client), before)
})

void t.test('a supervisor that is being taken over claims nothing', async (t) => {
  await make.register()
  await make.enqueue('a')
  await client.zadd(keys.supervisors, 0, 'sup')
  const before = await dump(client)
  t.same(await make.claimRaw('sup'), { state: 'lost', ...nothing })
  t.strictSame(await dump(client), before)
})

void t.test('while all workers are suspended nothing is claimed and nothing is written', async (t) => {
  await make.register()
  await make.enqueue('a')
  await client.set(keys.suspended, '1')
  const before = await dump(client)
  t.same(await make.claimRaw('sup'), { state: 'suspended', ...nothing })
  t.strictSame(await dump(client), before)
  await client.del(keys.suspended)
  t.equal((await make.claim()).length, 1)
})

void t.test('J10 J15: a claimed job does not expire any more, nor does what says who waits for it', async (t) => {
  const queue = new Queue('q', { connection: client })
  await queue.with({ jobId: 'first' }).enqueue('tasks.add', 1)
  await queue.with({ jobId: 'a', dependsOn: 'first', ttl: 50 }).enqueue('tasks.add', 1)
  await queue.with({ jobId: 'child', dependsOn: 'a' }).enqueue('tasks.add', 1)
  await make.register()
  await make.finish(await make.claim())
  for (const key of [keys.job, keys.dependents, keys.dependencies]) await ttlIs(t, client, key('a'), 50)
  await make.claim()
  for (const key of [keys.job, keys.dependents, keys.dependencies]) await ttlIs(t, client, key('a'), -1)
})

void t.test(
  'C3: queues that are paused for all daemons are left alone and reported, the others are served',
  async (t) => {
    await make.register('sup', { queues: ['high', 'low'] })
    await make.enqueue('a', { queue: 'high' })
    await make.enqueue('b', { queue: 'low' })
    await client.sadd('rqd:paused', 'rq:queue:high', 'rq:queue:other')
    const { claims, paused } = await make.claimRaw('sup', ['high', 'low'])
    t.strictSame([claims.map(({ jobId, queue }) => [jobId, queue]), paused], [[['b', 'low']], ['high']])
    await client.sadd('rqd:paused', '*')
    t.same(await make.claimRaw('sup', ['low', 'high']), { state: 'ok', ...nothing, paused: ['low', 'high'] })
    t.same(await client.lrange('rq:queue:high', 0, -1), ['a'])
    await client.del('rqd:paused')
    t.match(await make.claimRaw('sup', ['high', 'low']), { claims: [{ jobId: 'a' }], paused: [] })
  },
)

void t.test('C12: where something else lies in place of what is paused, no id is lost', async (t) => {
  await make.register()
  await make.enqueue('a')
  await client.set('rqd:paused', 'text')
  await t.rejects(make.claimRaw('sup'), /WRONGTYPE/)
  t.same(await client.lrange('rq:queue:q', 0, -1), ['a'])
})

void t.test('ids with nothing to run are dropped and reported, and the jobs behind them are served', async (t) => {
  await make.register()
  await client.rpush(keys.queue('q'), 'expired', 'wrong', Buffer.from([0x61, 0xff]))
  await client.set(keys.job('wrong'), 'text')
  await make.enqueue('off', { fields: { status: 'canceled' } })
  await make.enqueue(['a', 'größe-日本-😀'])
  const { claims, skips } = await make.claimRaw('sup')
  t.strictSame(
    claims.map(({ jobId }) => jobId),
    ['a', 'größe-日本-😀'],
  )
  t.strictSame(skips, [
    { jobId: 'expired', queue: 'q', reason: 'no-such-job' },
    { jobId: 'wrong', queue: 'q', reason: 'not-a-hash' },
    { jobId: 'a\ufffd', queue: 'q', reason: 'id-is-no-text' },
    { jobId: 'off', queue: 'q', reason: 'canceled' },
  ])
  t.equal(await client.hlen(keys.claims('sup')), 2, 'nothing is held that was dropped')
  t.equal(await client.get(keys.job('wrong')), 'text')
  t.equal(await client.exists(keys.job('off')), 1)
})

void t.test('ids that only look like UTF-8 are dropped: as text they would name another job', async (t) => {
  await make.register()
  const ids = [
    [0xc0, 0x80], // overlong NUL
    [0xe0, 0x80, 0x80], // overlong, three bytes
    [0xed, 0xa0, 0x80], // a surrogate
    [0xf0, 0x80, 0x80, 0x80], // overlong, four bytes
    [0xf4, 0x90, 0x80, 0x80], // beyond U+10FFFF
    [0xf5, 0x80, 0x80, 0x80],
    [0xc3], // cut short
    [0xc3, 0xa9, 0xa9], // one continuation too many
  ].map((bytes) => Buffer.from(bytes))
  for (const id of ids) {
    await client.hset(Buffer.concat([Buffer.from(keys.job('')), id]), 'data', '[]')
    await client.rpush(keys.queue('q'), id)
  }
  for (const id of ['\u0800', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}', '\u0080']) await make.enqueue(id)
  const { claims, skips } = await make.claimRaw('sup')
  t.strictSame(
    skips.map(({ reason }) => reason),
    ids.map(() => 'id-is-no-text'),
  )
  t.strictSame(
    claims.map(({ jobId }) => jobId),
    ['\u0800', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}', '\u0080'],
  )
})

void t.test('one call looks at a bounded number of ids', async (t) => {
  await make.register()
  await client.rpush(keys.queue('q'), ...Array.from({ length: 10 }, (_, i) => `gone-${i}`))
  await make.enqueue('a')
  t.match(await make.claimRaw('sup', ['q'], 2, 6), { claims: [], skips: { length: 6 } })
  t.equal(await client.llen(keys.queue('q')), 5)
  const { claims, skips } = await make.claimRaw('sup', ['q'], 2, 6)
  t.equal(skips.length, 4)
  t.strictSame(
    claims.map(({ jobId }) => jobId),
    ['a'],
  )
})

void t.test('a queue key that holds no list is reported and the other queues are served', async (t) => {
  await make.register('sup', { queues: ['bad', 'q'] })
  await client.set(keys.queue('bad'), 'text')
  await make.enqueue('a')
  const { state, claims, broken } = await make.claimRaw('sup', ['bad', 'q'])
  t.equal(state, 'ok')
  t.strictSame(
    claims.map(({ jobId }) => jobId),
    ['a'],
  )
  t.match(broken, [{ queue: 'bad', error: /WRONGTYPE/ }])
  t.equal(await client.get(keys.queue('bad')), 'text')
})

void t.test('a full Redis does not lose an id: it is claimed and recorded', async (t) => {
  await make.register()
  await make.enqueue(['a', 'b', 'c'])
  await client.config('SET', 'maxmemory', '1')
  t.teardown(() => client.config('SET', 'maxmemory', '0'))
  const claims = await make.claim('sup', ['q'], 2)
  await client.config('SET', 'maxmemory', '0')
  t.strictSame(
    claims.map(({ jobId }) => jobId),
    ['a', 'b'],
  )
  t.strictSame(await make.list(), ['c'])
  t.strictSame(
    Object.keys(await client.hgetall(keys.claims('sup'))).sort(),
    claims.map(({ execution }) => execution),
  )
})

void t.test('an id that waits twice is claimed twice, by two executions', async (t) => {
  await make.register()
  await make.enqueue(['a', 'a'])
  const claims = await make.claim()
  t.equal(claims.length, 2)
  t.not(claims[0]!.execution, claims[1]!.execution)
})

void t.test('where the claims cannot be recorded, no id leaves its queue', async (t) => {
  await make.register()
  await make.enqueue(['a', 'b'])
  await client.set(keys.claims('sup'), 'text')
  await t.rejects(make.claim(), { code: 'RQD_REDIS', message: /WRONGTYPE/ })
  t.strictSame(await make.list(), ['a', 'b'])
})

function asText(fields: ReadonlyMap<string, Buffer>): Record<string, string> {
  return Object.fromEntries([...fields].map(([name, value]) => [name, value.toString()]))
}
