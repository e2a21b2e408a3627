import t from 'tap'
import { Queue, Worker } from '../../../src/index.js'
import { Factory, nowIso } from '../../helpers/factory.js'
import { startRedis } from '../../helpers/redis.js'

// W8: workers as anybody can look at them.

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
const options = { connection: client }
t.beforeEach(async () => {
  await client.flushall()
})

void t.test('W8 all workers, those of a queue, and how many', async (t) => {
  t.strictSame(await Worker.all(options), [])
  t.equal(await Worker.count(options), 0)
  await make.register('one', { workers: 2, queues: ['high', 'low'] })
  await make.register('two', { workers: 1, queues: ['low'] })
  await client.sadd(keys.workers, keys.worker('gone'), 'rubbish')
  const names = async (queue?: Parameters<typeof Worker.all>[0]['queue']) =>
    (await Worker.all({ ...options, ...(queue === undefined ? {} : { queue }) })).map(String)
  t.strictSame(await names(), ['<Worker one.1>', '<Worker one.2>', '<Worker two.1>'])
  t.strictSame(await names('high'), ['<Worker one.1>', '<Worker one.2>'])
  t.strictSame(await names(new Queue('low', options)), await names())
  t.strictSame(await names(['high', new Queue('low', options)]), await names())
  t.strictSame(await names('other'), [])
  t.equal(await Worker.count(options), 3)
  t.equal(await Worker.count({ ...options, queue: 'high' }), 2)
})

void t.test('W8 a worker of its key, with all that RQ tells of it', async (t) => {
  await make.register('sup', { workers: 1, queues: ['high', 'q'] })
  await client.hset(keys.worker('sup.1'), {
    hostname: 'box',
    ip_address: '10.0.0.1:6379',
    version: '2.10.0',
    successful_job_count: '5',
    failed_job_count: '2',
    total_working_time: '12.5',
  })
  const worker = (await Worker.findByKey(keys.worker('sup.1'), options))!
  t.match(worker, {
    name: 'sup.1',
    key: keys.worker('sup.1'),
    hostname: 'box',
    ipAddress: '10.0.0.1:6379',
    pid: 42,
    queues: ['high', 'q'],
    state: 'idle',
    currentJobId: undefined,
    lastHeartbeat: new Date(nowIso),
    birthDate: new Date(nowIso),
    successfulJobCount: 5,
    failedJobCount: 2,
    totalWorkingTimeSec: 12.5,
    version: '2.10.0',
  })
  t.equal(await worker.currentJob(), undefined)
  await make.enqueue('job')
  await make.start(await make.claim())
  t.equal(worker.state, 'idle', 'as it was when it was read')
  t.match(await worker.refresh(), { state: 'busy', currentJobId: 'job' })
  t.match(await worker.currentJob(), { id: 'job', status: 'started' })
  await client.del(keys.worker('sup.1'))
  await t.rejects(worker.refresh(), { code: 'RQD_NO_SUCH_WORKER', message: /No such worker: "sup\.1"/ })
})

void t.test('W8 a key without a worker gives none, what is no worker key is refused by name', async (t) => {
  t.equal(await Worker.findByKey(keys.worker('gone'), options), undefined)
  await client.hset(keys.worker('bare'), 'state', '')
  t.match(await Worker.findByKey(keys.worker('bare'), options), { pid: undefined, birthDate: undefined, state: '?' })
  await t.rejects(Worker.findByKey('name', options), {
    code: 'RQD_BAD_OPTION',
    message: 'worker key "name": expected one that begins with rq:worker:',
  })
})
