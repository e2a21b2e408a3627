import t from 'tap'
import { Starter } from '../../../src/worker/starter.js'
import { holdJob, type HeldJob } from '../../../src/worker/held-job.js'
import type { Store } from '../../../src/redis/store.js'
import { Factory } from '../../helpers/factory.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const startedMs = Date.parse('2026-11-23T08:31:26.250Z')

async function held(...ids: string[]): Promise<HeldJob[]> {
  await make.register()
  await make.enqueue(ids)
  return (await make.claim()).map((claim) => holdJob(claim, 'sup'))
}

/** A store whose `start` fails or waits as told, and then does what it should. */
function shaky(before: (call: number) => Promise<void> | void): { store: Store; calls: () => number } {
  let calls = 0
  const start: Store['start'] = async (...args) => {
    await before(++calls)
    return make.store.start(...args)
  }
  const store = new Proxy(make.store, {
    get: (target, name) => (name === 'start' ? start : (Reflect.get(target, name) as unknown)),
  })
  return { store, calls: () => calls }
}

void t.test('jobs begun in one turn are shown by one call, with the time at which they began', async (t) => {
  const [a, b] = await held('a', 'b')
  const lost: string[] = []
  const { store, calls } = shaky(() => undefined)
  const starter = new Starter({ store, logger: new RecordingLogger(), onLost: (execution) => lost.push(execution) })
  starter.started(a!, 'sup.1', startedMs)
  starter.started(b!, 'sup.2', startedMs)
  await waitFor('both marks', async () => (await client.zcard(keys.started('q'))) === 2)
  t.match(await make.job('a'), {
    status: 'started',
    started_at: '2026-11-23T08:31:26.250000Z',
    worker_name: 'sup.1',
    timeout: '180',
  })
  t.equal((await make.job('b'))['worker_name'], 'sup.2')
  t.equal(calls(), 1)
  t.strictSame(lost, [])
})

void t.test('a claim that is gone is told, once, with its execution; a deleted job is not', async (t) => {
  const [a, b, c] = await held('a', 'b', 'c')
  const lost: string[] = []
  const starter = new Starter({
    store: make.store,
    logger: new RecordingLogger(),
    onLost: (execution) => lost.push(execution),
  })
  await client.hdel(keys.claims('sup'), a!.execution)
  await client.del(keys.job('b'))
  for (const job of [a, b, c]) starter.started(job!, 'sup.1', startedMs)
  await waitFor('the mark of c', async () => (await make.job('c'))['status'] === 'started')
  t.strictSame(lost, [a!.execution])
})

void t.test('while Redis fails the marks wait, with one complaint, and are written when it answers', async (t) => {
  const [a] = await held('a')
  const logger = new RecordingLogger()
  const { store, calls } = shaky((call) => {
    if (call < 3) throw new Error('down')
  })
  const starter = new Starter({ store, logger, onLost: () => t.fail('nothing was lost') })
  starter.started(a!, 'sup.1', startedMs)
  await waitFor('the mark', async () => (await make.job('a'))['status'] === 'started')
  t.equal(calls(), 3)
  t.equal(logger.count('warn running jobs cannot be shown in Redis'), 1)
})

void t.test('a job that ended before its mark could be written is not marked any more', async (t) => {
  const [a, b, c] = await held('a', 'b', 'c')
  const { store } = shaky((call) => {
    // `b` ends while the call that would show it is under way, and that call fails.
    if (call === 1) {
      starter.ended(b!.execution)
      throw new Error('down')
    }
  })
  const starter = new Starter({ store, logger: new RecordingLogger(), onLost: () => undefined })
  for (const job of [a, b, c]) starter.started(job!, 'sup.1', startedMs)
  starter.ended(a!.execution)
  await waitFor('the mark of c', async () => (await make.job('c'))['status'] === 'started')
  t.equal((await make.job('a'))['status'], 'queued')
  t.equal((await make.job('b'))['status'], 'queued')
})

void t.test('jobs claimed under two leases are shown under their own', async (t) => {
  const [a] = await held('a')
  await make.register('new')
  await make.enqueue('b')
  const [claim] = await make.claim('new')
  const starter = new Starter({
    store: make.store,
    logger: new RecordingLogger(),
    onLost: () => t.fail('nothing was lost'),
  })
  starter.started(a!, 'sup.1', startedMs)
  starter.started(holdJob(claim!, 'new'), 'sup.1', startedMs)
  await waitFor('both marks', async () => (await client.zcard(keys.started('q'))) === 2)
})

void t.test('a job that ends soon is never shown, and is known not to have been', async (t) => {
  const [short, long] = await held('short', 'long')
  const { store, calls } = shaky(() => undefined)
  const starter = new Starter({ store, logger: new RecordingLogger(), onLost: () => t.fail('nothing was lost') })
  starter.started(short!, 'sup.1', startedMs)
  starter.started(long!, 'sup.2', startedMs)
  await Promise.resolve()
  starter.ended(short!.execution)
  await waitFor('the mark of the other', async () => (await make.job('long'))['status'] === 'started')
  t.equal((await make.job('short'))['status'], 'queued')
  t.equal(calls(), 1)
  t.notOk(short!.shown)
  t.ok(long!.shown)
})

void t.test('a start that was sent counts as shown, whatever became of it', async (t) => {
  const [a] = await held('a')
  const { store, calls } = shaky(() => {
    throw new Error('down')
  })
  const starter = new Starter({ store, logger: new RecordingLogger(), onLost: () => t.fail('nothing was lost') })
  starter.started(a!, 'sup.1', startedMs)
  await waitFor('the call', () => calls() > 0)
  starter.ended(a!.execution)
  t.ok(a!.shown)
})
