import t from 'tap'
import { createKeys } from '../../../../src/redis/keys.js'
import { startRedis } from '../../../helpers/redis.js'
import { startBoard, textOf } from '../board.js'

const { client } = await startRedis(t)
const keys = createKeys()
const board = await startBoard(t, client)
t.beforeEach(async () => {
  await client.flushall()
  await client.sadd(keys.queues, keys.queue('q'))
})

async function worker(name: string, fields: Record<string, string> = {}): Promise<void> {
  await client.sadd(keys.workers, keys.worker(name))
  const plain = {
    state: 'idle',
    queues: 'q',
    hostname: 'pybox',
    pid: '7',
    version: '2.1',
    python_version: '3.12.1 (main)',
  }
  await client.hset(keys.worker(name), { ...plain, ...fields })
}

void t.test('executors stand with their daemon, Python’s workers with their host', async (t) => {
  const [sec] = await client.time()
  await client.zadd(keys.supervisors, Number(sec) * 1000 + 60_000, 's1')
  await client.hset(keys.supervisor('s1'), { name: 'mailer', host: 'box', pid: '9', orders: '1', queues: '["q"]' })
  await worker('mailer.1', {
    rqd_supervisor: 's1',
    state: 'busy',
    current_job: 'j1',
    python_version: 'rqd 0.1.0 (node v20)',
  })
  await worker('mailer.2', { rqd_supervisor: 's1', python_version: 'rqd 0.1.0 (node v20)' })
  await worker('inside', { rqd_supervisor: 's2', hostname: 'app' })
  await worker('py')
  const { status, html } = await board.get('/workers')
  t.equal(status, 200)
  const text = textOf(html)
  t.match(text, /4 live, 1 of them busy/)
  t.match(
    text,
    /mailer executors of an rqd daemon on box .*mailer\.1 .*mailer\.2 .*app workers of the library .*pybox Python RQ .*py /,
  )
  t.match(text, /rqd 0\.1\.0 \(node v20\)/)
  t.match(text, /RQ 2\.1, Python 3\.12\.1/)
  t.match(html, /href="\/job\?id=j1"/)
  t.equal(html.match(/action="\/do\/worker-stop-job"/g)?.length, 1, 'only what runs can be stopped')
  t.equal(html.match(/action="\/do\/worker-shutdown"/g)?.length, 1, 'executors are ended by their daemon')
})

void t.test('the page shows the workers of one queue where asked', async (t) => {
  await worker('one', { queues: 'q,other' })
  await worker('two')
  const text = textOf((await board.get('/workers?queue=other')).html)
  t.match(text, /one pid/)
  t.notMatch(text, /two pid/)
  t.match(textOf((await board.get('/workers?queue=nobody')).html), /No worker listens on this queue/)
})

void t.test('a worker is told to end after a question, and one that does not listen is named', async (t) => {
  await worker('py')
  t.match((await board.act('worker-shutdown', { worker: 'py' })).html, /Shut the worker py down\?/)
  const { html } = await board.act('worker-shutdown', { worker: 'py', confirmed: 'yes' })
  t.match(html, /worker py does not listen to commands/)
  const ear = client.duplicate()
  t.teardown(() => ear.disconnect())
  await ear.subscribe(keys.workerCommands('py'))
  const heard = new Promise((resolve) => ear.once('message', (_, text) => resolve(text)))
  t.match((await board.act('worker-shutdown', { worker: 'py', confirmed: 'yes' })).html, /it ends after its job/)
  t.strictSame(JSON.parse(String(await heard)), { command: 'shutdown' })
})

void t.test('stopping a job that does not run is refused in words', async (t) => {
  const { html } = await board.act('worker-stop-job', { id: 'never', confirmed: 'yes' })
  t.match(html, /class="note refused">[^<]*never/)
})

void t.test('all workers are suspended for some minutes or until resumed, after a question', async (t) => {
  await worker('py')
  t.match((await board.act('suspend-all', { minutes: '5' })).html, /for 5 minutes\?/)
  t.equal(await client.exists(keys.suspended), 0)
  await board.act('suspend-all', { minutes: '5', confirmed: 'yes' })
  const ttlSec = await client.ttl(keys.suspended)
  t.ok(ttlSec > 0 && ttlSec <= 300, String(ttlSec))
  t.match(textOf((await board.get('/workers')).html), /All workers of this Redis are suspended/)
  await board.act('resume-all')
  t.equal(await client.exists(keys.suspended), 0)
  await board.act('suspend-all', { minutes: '', confirmed: 'yes' })
  t.equal(await client.ttl(keys.suspended), -1)
})

void t.test('a number of minutes that is none is refused before anything is asked', async (t) => {
  const { status, html } = await board.act('suspend-all', { minutes: '<b>' })
  t.equal(status, 200)
  t.match(textOf(html), /minutes is "<b>"; expected a whole number/)
})

void t.test('who may only look cannot act', async (t) => {
  const { status } = await board.act('suspend-all', { confirmed: 'yes' }, 'view')
  t.equal(status, 403)
  t.equal(await client.exists(keys.suspended), 0)
})
