import t from 'tap'
import { Job } from '../../src/job.js'
import { Queue } from '../../src/queue.js'
import { Factory } from '../helpers/factory.js'
import { loadGolden, restoreGolden } from '../helpers/golden.js'
import { startRedis } from '../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const connection = client
t.beforeEach(async () => {
  await client.flushall()
})

const fetch = (id: string): Promise<Job> => Job.fetch(id, { connection })

void t.test('finished jobs of both serializers tell what they were and what came out', async (t) => {
  for (const label of ['1.13', '2.10']) {
    await client.flushall()
    const sample = loadGolden(`${label}--finished`)
    await restoreGolden(client, sample)
    const ids = [...sample.keys.keys()].flatMap((key) => /^rq:job:([^:]+)$/.exec(key)?.[1] ?? [])
    t.equal(ids.length, 3)
    const jobs = await Promise.all(ids.map(fetch))
    for (const job of jobs) {
      t.equal(job.status, 'finished')
      t.ok(job.createdAt! <= job.startedAt! && job.startedAt! <= job.endedAt!)
      t.equal(job.excInfo, undefined)
      t.match(await job.latestResult(), { type: 'successful', createdAt: Date })
    }
    const results = jobs.map(({ result }) => result)
    t.equal(results.filter((result) => result === null).length, 1, 'the one that returned None')
    t.ok(results.some((result) => (JSON.stringify(result) as string | undefined)?.includes('two')))
    const json = jobs.find(({ origin }) => origin === 'jsonq')!
    t.match(json, { funcName: /echo$/, args: [1], kwargs: { two: [2, 'x'] } })
  }
})

void t.test('failed jobs give their traceback and no result', async (t) => {
  for (const label of ['1.13', '2.10']) {
    await client.flushall()
    await restoreGolden(client, loadGolden(`${label}--failed`))
    const job = await fetch('fail-1')
    t.equal(job.status, 'failed')
    t.match(job.excInfo, /^Traceback/)
    t.equal(job.result, undefined)
    t.match(await job.latestResult(), { type: 'failed', excInfo: /^Traceback/, value: undefined })
    t.equal((await fetch('fail-2')).failureTtlSec, 60)
  }
})

void t.test('the layout of RQ 1.11 is read as well', async (t) => {
  const sample = loadGolden('1.13--old-hash-result')
  await restoreGolden(client, sample)
  const ids = [...sample.keys.keys()].flatMap((key) => /^rq:job:([^:]+)$/.exec(key)?.[1] ?? [])
  const jobs = await Promise.all(ids.map(fetch))
  const good = jobs.find(({ status }) => status === 'finished')!
  const bad = jobs.find(({ status }) => status === 'failed')!
  t.not(good.result, undefined)
  t.match(bad.excInfo, /Traceback|Error/)
  t.equal(await good.latestResult(), undefined)
})

void t.test('every option that RQ 2.10 writes is read', async (t) => {
  const sample = loadGolden('2.10--enqueue-all-options')
  await restoreGolden(client, sample)
  const [id] = [...sample.keys.keys()].flatMap((key) => /^rq:job:([^:]+)$/.exec(key)?.[1] ?? [])
  const job = await fetch(id!)
  t.match(job, {
    id: id!,
    status: 'queued',
    timeoutSec: 300,
    resultTtlSec: -1,
    failureTtlSec: 3600,
    ttlSec: 7200,
    retriesLeft: 3,
    args: [1, 'a'],
    kwargs: { k: null },
    meta: { m: [1, 2] },
  })
  t.equal(job.result, undefined)
  t.equal(job.workerName, undefined)
})

void t.test('stopped, returned-retry and requeued jobs tell their newest result', async (t) => {
  await restoreGolden(client, loadGolden('2.10--stopped'))
  t.match(await (await fetch('stop-1')).latestResult(), { type: 'failed', excInfo: /^Job stopped by user/ })
  await client.flushall()
  await restoreGolden(client, loadGolden('2.10--requeued'))
  const again = await fetch('again-1')
  t.match(again, { status: 'queued', startedAt: undefined, endedAt: undefined })
  await client.flushall()
  const sample = loadGolden('2.10--returned-retry')
  await restoreGolden(client, sample)
  const [id] = [...sample.keys.keys()].flatMap((key) => /^rq:job:([^:]+)$/.exec(key)?.[1] ?? [])
  t.match(await (await fetch(id!)).latestResult(), { type: 'maxRetriesExceeded', value: undefined })
})

void t.test('a missing job has an error of its own, at fetch and at refresh', async (t) => {
  const expected = { name: 'NoSuchJobError', code: 'RQD_NO_SUCH_JOB', jobId: 'nothing', message: /"nothing"/ }
  await t.rejects(fetch('nothing'), expected)
  await make.enqueue('nothing')
  const job = await fetch('nothing')
  await client.del(make.keys.job('nothing'))
  await t.rejects(job.refresh(), expected)
  t.equal(job.status, 'queued', 'what was read stays')
})

void t.test('a hash that cannot be read is refused with the field', async (t) => {
  await make.enqueue('a', { fields: { timeout: '5m' } })
  await t.rejects(fetch('a'), { code: 'RQD_MALFORMED_JOB', field: 'timeout' })
})

void t.test('a payload that cannot be read hurts only who reads it', async (t) => {
  await make.enqueue('a', { fields: { data: 'garbage', meta: 'garbage' } })
  const job = await fetch('a')
  t.equal(job.status, 'queued')
  t.throws(() => job.funcName, { code: 'RQD_BAD_PAYLOAD' })
  t.throws(() => job.args, { code: 'RQD_BAD_PAYLOAD' })
  t.throws(() => job.meta, { code: 'RQD_BAD_PAYLOAD' })
})

void t.test('attributes are of the moment of fetching, until they are refreshed', async (t) => {
  const job = await new Queue('q', { connection }).enqueue('tasks.add', 1, 2)
  t.equal(job.status, 'queued')
  t.equal(job.result, undefined)
  await make.register()
  const claims = await make.claim()
  await make.start(claims)
  await make.finish(claims)
  t.equal(job.status, 'queued')
  t.match(await job.latestResult(), {
    type: 'successful',
    value: 3,
    workerName: 'sup.1',
    executionId: claims[0]!.execution,
  })
  t.equal(await job.refresh(), job)
  t.match(job, { status: 'finished', result: 3, workerName: 'sup.1', args: [1, 2], funcName: 'tasks.add' })
})

void t.test('null is a job that returned nothing, undefined one without a result', async (t) => {
  await make.running('a').then((claim) => make.finish([claim], { value: '' }))
  t.equal((await fetch('a')).result, null)
  await make.enqueue('b')
  t.equal((await fetch('b')).result, undefined)
})

void t.test('jobs under another prefix are found there and nowhere else', async (t) => {
  const prefix = '{x}:rq'
  const job = await new Queue('q', { connection, prefix }).enqueue('tasks.add')
  t.equal((await Job.fetch(job.id, { connection, prefix })).id, job.id)
  await t.rejects(fetch(job.id), { code: 'RQD_NO_SUCH_JOB' })
})
