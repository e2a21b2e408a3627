import t from 'tap'
import { stopJob } from '../../../../src/redis/job-store.js'
import { dump } from '../../../helpers/dump.js'
import { Factory } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'
import { waitFor } from '../../../helpers/wait-for.js'

const { client, connect } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

void t.test('nobody hears it where the worker is gone', async (t) => {
  await make.running('a')
  t.match(await stopJob(client, keys, 'a'), { outcome: 'done', worker: 'sup.1', listeners: 0 })
})

void t.test('J12: the worker that runs the job is told so in the words of RQ', async (t) => {
  const heard: string[] = []
  const subscriber = connect()
  subscriber.on('message', (channel, text) => heard.push(`${channel} ${text}`))
  await subscriber.subscribe(keys.workerCommands('sup.1'))
  await make.running('a')
  const before = await dump(client)
  t.strictSame(await stopJob(client, keys, 'a'), { outcome: 'done', status: 'started', worker: 'sup.1', listeners: 1 })
  t.strictSame(await dump(client), before, 'nothing is written')
  await waitFor('the command', () => heard.length === 1)
  const [channel, json] = heard[0]!.split(/ (.*)/)
  t.equal(channel, 'rq:pubsub:sup.1')
  t.strictSame(JSON.parse(json!), { command: 'stop-job', job_id: 'a' })
})

void t.test('a job that does not run, or is missing, is nobody’s to stop', async (t) => {
  await make.enqueue('a')
  t.match(await stopJob(client, keys, 'a'), { outcome: 'refused', status: 'queued' })
  await client.hset(keys.job('a'), 'status', 'started', 'worker_name', '')
  t.match(await stopJob(client, keys, 'a'), { outcome: 'refused', status: 'started', worker: '' })
  t.match(await stopJob(client, keys, 'nothing'), { outcome: 'missing' })
})
