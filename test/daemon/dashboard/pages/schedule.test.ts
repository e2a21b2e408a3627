import t from 'tap'
import { Queue } from '../../../../src/index.js'
import { createKeys } from '../../../../src/redis/keys.js'
import { startRedis } from '../../../helpers/redis.js'
import { startBoard, textOf } from '../board.js'

const redis = await startRedis(t)
const { client } = redis
const keys = createKeys()
const board = await startBoard(t, client)
const connection = redis.connect()
t.beforeEach(async () => {
  await client.flushall()
  await new Queue('q', { connection }).enqueue('tasks.any')
})

async function schedule(id: string, inSec: number, queue = 'q', func = 'tasks.mail'): Promise<void> {
  await new Queue(queue, { connection }).with({ jobId: id }).enqueueIn(inSec, func, 'ann')
}

const idsIn = (html: string): string[] =>
  [...html.matchAll(/class="open id" href="\/job\?id=([^"]+)"/g)].map(([, id]) => id ?? '')

void t.test('scheduled jobs of all queues are shown, the next one first, with what can be done to them', async (t) => {
  await schedule('late', 900)
  await schedule('soon', 300, 'other')
  const { status, html } = await board.get('/schedule')
  t.equal(status, 200)
  t.strictSame(idsIn(html), ['soon', 'late'])
  t.match(textOf(html), /2 jobs wait for their time/)
  t.match(textOf(html), /in \d+m \d\ds soon tasks\.mail other/)
  t.match(html, /action="\/do\/schedule-run-now"/)
  const { html: seen } = await board.get('/schedule', 'view')
  t.notMatch(seen, /action="\/do\/schedule/, 'who may only look sees no buttons')
  t.strictSame(idsIn((await board.get('/schedule?queue=other')).html), ['soon'])
})

void t.test('a long schedule comes in parts that can be followed to the end', async (t) => {
  for (let i = 10; i < 70; i++) await schedule(`job-${i}`, 1_000 + i)
  const { html } = await board.get('/schedule')
  t.equal(idsIn(html).length, 50)
  const next = /rel="next" href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? ''
  const { html: rest } = await board.get(next)
  t.strictSame(
    idsIn(rest),
    Array.from({ length: 10 }, (_, i) => `job-${60 + i}`),
  )
  t.notMatch(rest, /rel="next"/)
  t.equal((await board.get('/schedule?cursor=rubbish')).status, 400)
})

void t.test('a job runs now: it is queued, and leaves the schedule', async (t) => {
  await schedule('soon', 300)
  const { html } = await board.act('schedule-run-now', { id: 'soon', queue: 'q' })
  t.match(html, /Job soon is queued\./)
  t.equal(await client.zcard(keys.scheduled('q')), 0)
  t.equal(await client.lindex(keys.queue('q'), 1), 'soon')
  const again = await board.act('schedule-run-now', { id: 'soon', queue: 'q' })
  t.match(again.html, /job soon is not scheduled on this queue any longer/)
})

void t.test('a job is canceled after a question only', async (t) => {
  await schedule('soon', 300)
  const asked = await board.act('schedule-cancel', { id: 'soon' })
  t.match(asked.html, /Cancel the job soon\?/)
  t.equal(await client.hget(keys.job('soon'), 'status'), 'scheduled')
  const done = await board.act('schedule-cancel', { id: 'soon', confirmed: 'yes' })
  t.match(done.html, /Job soon is canceled/)
  t.equal(await client.hget(keys.job('soon'), 'status'), 'canceled')
  const again = await board.act('schedule-cancel', { id: 'soon', confirmed: 'yes' })
  t.match(again.html, /class="note refused"/)
})

void t.test('queues that no scheduler looks after are named, and jobs that wait for others counted', async (t) => {
  await schedule('soon', 300, 'left')
  await schedule('held', 300, 'q')
  await client.set(keys.schedulerLock('q'), '1000')
  const parent = await new Queue('q', { connection }).enqueue('tasks.any')
  await new Queue('q', { connection }).with({ dependsOn: [parent] }).enqueue('tasks.any')
  const { html } = await board.get('/schedule')
  t.match(
    textOf(html),
    /No scheduler looks after left : nothing is queued there|No scheduler looks after left: nothing/,
  )
  t.match(html, /href="\/jobs\?queue=q&amp;status=deferred"/)
})

void t.test('names with markup in them are shown as they are written', async (t) => {
  const evil = '<script>alert(1)</script>'
  await schedule('evil', 300, evil)
  await client.hset(keys.job('evil'), 'description', evil)
  const { html } = await board.get('/schedule')
  t.notMatch(html, /<script>alert/)
  t.match(textOf(html), /<script>alert\(1\)<\/script>/)
})
