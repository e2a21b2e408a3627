import t from 'tap'
import { systemClock } from '../../../../src/clock.js'
import { createKeys } from '../../../../src/redis/keys.js'
import { answerOrder } from '../../../../src/redis/order-store.js'
import { startRedis } from '../../../helpers/redis.js'
import { waitFor } from '../../../helpers/wait-for.js'
import { startBoard, textOf } from '../board.js'

const { client } = await startRedis(t)
const keys = createKeys()
// A clock that stands still: orders are waited for as long as a test needs to answer them.
const board = await startBoard(t, client, { ...systemClock, monoMs: () => 0 })
t.beforeEach(async () => {
  await client.flushall()
  await client.sadd(keys.queues, keys.queue('q'))
})

async function daemon(supervisor: string, fields: Record<string, string> = {}, leaseMs = 600_000): Promise<void> {
  const [sec] = await client.time()
  await client.zadd(keys.supervisors, Number(sec) * 1000 + leaseMs, supervisor)
  const plain = { name: supervisor, host: 'box', pid: '9', orders: '1', queues: '["q"]', state: 'running' }
  await client.hset(keys.supervisor(supervisor), { ...plain, ...fields })
}

void t.test('C11: each daemon has a card with what it is, and what can be ordered of it', async (t) => {
  await daemon('one')
  await daemon('two', { name: '<img src=x>', orders: '0' })
  await daemon('dead', {}, -30_000)
  const { status, html } = await board.get('/daemons')
  t.equal(status, 200)
  const text = textOf(html)
  t.match(text, /one .*Host box, pid 9/)
  t.match(text, '<img src=x>')
  t.notMatch(html, '<img')
  t.match(text, /takes no orders through Redis/)
  t.match(text, /Its lease ran out .* ago: it was killed, or is cut off/)
  t.equal(html.match(/action="\/do\/daemon-scale"/g)?.length, 1, 'neither the deaf nor the dead take orders')
  t.notMatch((await board.get('/daemons', 'view')).html, /\/do\//)
})

void t.test('what would change the executors of several tenants is not offered to one of them', async (t) => {
  const summary = { state: 'running', executors: { total: 2, busy: 0, idle: 2 } }
  await daemon('alone', { summary: JSON.stringify(summary) })
  await daemon('shared', { summary: JSON.stringify({ ...summary, sharesExecutors: true }) })
  const { html } = await board.get('/daemons')
  for (const order of ['scale', 'reload', 'restart-executors', 'shutdown']) {
    t.equal(html.match(new RegExp(`action="/do/daemon-${order}"`, 'g'))?.length, 1, order)
  }
  for (const order of ['pause', 'drain']) {
    t.equal(html.match(new RegExp(`action="/do/daemon-${order}"`, 'g'))?.length, 2, order)
  }
  t.match(textOf(html), /run the jobs of several tenants: use rqctl on its host, without a tenant/)
})

void t.test('C11: without a daemon the page says so', async (t) => {
  t.match(textOf((await board.get('/daemons')).html), /No rqd daemon works on this Redis/)
})

void t.test('C11: an order is given, and its answer is told', async (t) => {
  await daemon('one')
  const acted = board.act('daemon-pause', { supervisor: 'one', name: 'one', queue: 'q', back: '/daemons' })
  const order = await waitFor('the order', async () => {
    const text = await client.lpop(keys.orders('one'))
    return text === null ? undefined : (JSON.parse(text) as { id: string; method: string; params: unknown; by: string })
  })
  t.match(order, { method: 'pause', params: { queues: ['q'] }, by: 'ann, dashboard' })
  const done = { state: 'done', daemon: 'one', supervisor: 'one', method: 'pause', result: '{"paused":["q"]}' }
  await answerOrder(client, keys, order.id, done)
  t.match(textOf((await acted).html), /Pause of daemon one: done; paused there now: q\./)
})

void t.test('C12: what cannot be ordered is refused before anything is asked, and nothing is ordered', async (t) => {
  await daemon('one')
  const scale = await board.act('daemon-scale', { supervisor: 'one', name: 'one', executors: '0' })
  t.match(textOf(scale.html), /executors is "0"; expected a whole number from 1 to 1000/)
  const drain = await board.act('daemon-drain', { supervisor: 'one', name: 'one', timeoutSec: 'x' })
  t.match(textOf(drain.html), /timeoutSec is "x"/)
  t.match((await board.act('daemon-shutdown', { supervisor: 'one', name: 'one' })).html, /Shut the daemon one down\?/)
  const gone = await board.act('daemon-shutdown', { supervisor: 'nobody', name: 'nobody', confirmed: 'yes' })
  t.match(gone.html, /class="note refused">[^<]*nobody/)
  t.equal(await client.exists(keys.orders('one')), 0)
})
