import t from 'tap'
import { createKeys } from '../../../../src/redis/keys.js'
import { startRedis } from '../../../helpers/redis.js'
import { waitFor } from '../../../helpers/wait-for.js'
import { startBoard, textOf } from '../board.js'

const { client } = await startRedis(t)
const keys = createKeys()
const board = await startBoard(t, client)
const [sec = ''] = (await client.time()).map(String)

/** A failed job as RQ 1.11 and older left it, with the traceback in its hash. */
async function fail(id: string, queue: string, error: string): Promise<void> {
  await client.sadd(keys.queues, keys.queue(queue))
  const fields = { origin: queue, status: 'failed', description: "tasks.ship('x')", exc_info: error }
  await client.hset(keys.job(id), fields)
  await client.zadd(keys.failed(queue), Number(sec) + 3600, id)
}

void t.test('C11: failures are grouped, and a group is put back after a time in which it can be undone', async (t) => {
  const evil = '<script>alert(1)</script>'
  for (let i = 0; i < 5; i++) await fail(`a${i}`, 'q', `TypeError: cannot ship ${evil}`)
  await fail('b', 'other', 'RangeError: too far')
  const html = await waitFor('the failures to be grouped', async () => {
    const seen = await board.get('/failures')
    return seen.html.includes('RangeError') && textOf(seen.html).includes('All 6 were looked at') && seen.html
  })
  t.notMatch(html, /<script>alert/, 'shown as it is written')
  t.match(textOf(html), /6 failed jobs/)
  t.notMatch(textOf((await board.get('/failures?queue=other')).html), /TypeError/)
  const group = /name="group" value="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&').replaceAll('&quot;', '"') ?? ''
  const { html: waiting } = await board.act('failures-requeue', { group })
  t.match(textOf(waiting), /Requeue .*: begins in \d+ s\./)
  const run = /name="run" value="([^"]+)"/.exec(waiting)?.[1] ?? ''
  t.match(textOf((await board.act('run-undo', { run })).html), /undone, nothing has happened/)
  t.equal(await client.zcard(keys.failed('q')), 5)
  t.match((await board.act('run-undo', { run })).html, /it is too late to undo it/)
})

void t.test('C11: emptying a queue asks first, naming how many jobs go, and refuses an empty one', async (t) => {
  t.match((await board.act('queue-empty', { queue: 'q' })).html, /queue q has no queued jobs/)
  await client.rpush(keys.queue('q'), 'x', 'y')
  t.match((await board.act('queue-empty', { queue: 'q' })).html, /Delete the 2 waiting jobs of queue q\?/)
  t.match(
    (await board.act('queue-empty', { queue: 'q', status: 'started' })).html,
    /expected one of jobs that do not run/,
  )
  t.equal(await client.llen(keys.queue('q')), 2)
})
