import t, { type Test } from 'tap'
import { EventHub } from '../../../daemon/events/hub.js'
import { systemClock } from '../../../src/clock.js'
import { createKeys } from '../../../src/redis/keys.js'
import { startRedis } from '../../helpers/redis.js'
import { FakeOperations, tenantsStatus } from '../control/fake-operations.js'
import { noData, startServer } from '../control/harness.js'
import { type Screen, runRqctl } from './run-rqctl.js'

/** A daemon with the tenants ann and bob, and rqctl on its socket. */
async function start(t: Test) {
  const events = new EventHub(systemClock)
  const one = (name: string) => ({ operations: new FakeOperations(), data: noData, events: events.of(name) })
  const [ann, bob] = [one('ann'), one('bob')]
  const tenants = new Map([
    ['ann', ann],
    ['bob', bob],
  ])
  const daemon = await startServer(t, { tenants, events })
  daemon.operations.status_ = tenantsStatus
  const run = (argv: readonly string[], screen?: Screen) => runRqctl([...argv, '--socket', daemon.path], screen)
  return { ...daemon, ann, bob, run }
}

t.test('status shows the tenants, and whose the queues and executors are', async (t) => {
  const { run } = await start(t)
  const { stdout, code } = await run(['status'])
  t.equal(code, 0)
  t.match(
    stdout,
    `
TENANT  WEIGHT  STATE    RUNNING  FINISHED  FAILED  REDIS
ann          1  running        1      1204       7  connected, 0.4 ms
bob        2.5  paused         0         0       0  not connected
`,
  )
  t.match(
    stdout,
    `
TENANT  QUEUE   WAITING  OLDEST  STATE
ann     high          3     12s  open
bob     low        1500  2h 03m  paused
bob     broken        ?       -  open
`,
  )
  t.match(stdout, /^4330 +web-1\.1 +busy +7b1c6a3e\S+ +ann +high /m)
  t.match(stdout, /^ +- +web-1\.2 +backoff +- +- +- /m)
})

t.test('--tenant goes along with every request, and so does the variable', async (t) => {
  const { run, ann, bob, operations, logger } = await start(t)
  t.match(await run(['pause', 'low', '--tenant', 'ann']), { code: 0, stdout: 'Paused: low\n' })
  t.match(await run(['--tenant', 'ann', 'drain']), { code: 0 })
  t.match(await run(['pause', 'high'], { env: { RQD_TENANT: 'bob' } }), { code: 0 })
  t.match(await run(['pause', 'high', '--tenant', 'ann'], { env: { RQD_TENANT: 'bob' } }), { code: 0 })
  t.match(await run(['resume'], { env: { RQD_TENANT: '' } }), { code: 0 })
  t.same(ann.operations.calls, [
    ['pause', ['low']],
    ['drain', null],
    ['pause', ['high']],
  ])
  t.same(bob.operations.calls, [['pause', ['high']]])
  t.same(operations.calls, [['resume', []]])
  t.match(logger.lines.find(({ fields }) => fields['method'] === 'pause')?.fields, {
    tenant: 'ann',
    asItSays: /^rqctl /,
  })
})

t.test('where a tenant is wanted, or is one too many, the error says what to do', async (t) => {
  const { run } = await start(t)
  t.match(await run(['queues']), { code: 2, stderr: /queues is about the data of one: .*--tenant\), one of ann, bob/ })
  t.match(await run(['status', '--tenant', 'bo']), { code: 2, stderr: /no tenant "bo"; did you mean "bob"/ })
  t.match(await run(['shutdown', '--tenant', 'ann']), { code: 2, stderr: /shutdown is about what ann, bob share/ })
  t.match(await run(['status', '--tenant', 'a b']), {
    code: 2,
    stderr: /the name of a tenant is "a b"; expected letters/,
  })
  const { path } = await startServer(t)
  t.match(await runRqctl(['status', '--tenant', 'ann', '--socket', path]), { code: 2, stderr: /has no tenants: leave/ })
})

t.test('a tenant that comes from the environment is named as that where it is one too many', async (t) => {
  const { run, operations } = await start(t)
  const env = { RQD_TENANT: 'ann' }
  for (const argv of [['shutdown'], ['reload'], ['restart-executors'], ['scale', '2']]) {
    const refused = await run(argv, { env })
    t.match(refused, { code: 2, stderr: /is about what ann, bob share: .* set by \$RQD_TENANT: .* RQD_TENANT= / })
    t.notMatch((await run([...argv, '--tenant', 'ann'])).stderr, 'RQD_TENANT')
  }
  t.same(operations.calls, [])
  t.equal((await run(['shutdown'], { env: { RQD_TENANT: '' } })).code, 0)
})

t.test('what a job has printed is not looked for where jobs without a tenant lie', async (t) => {
  const { run, operations, ann } = await start(t)
  operations.log = { state: 'unknown', from: 0, next: 0, pieces: [] }
  const refused = await run(['logs', 'j1'])
  t.match(refused, { code: 2, stderr: /job "j1" .*: say with --tenant whose job it is, one of ann, bob/ })
  t.equal(refused.stdout, '')
  t.match(await run(['logs', 'j1', '--tenant', 'ann']), { code: 0, stdout: 'hi\n' })
  t.strictSame(ann.operations.calls.length, 1)
  operations.log = { state: 'ended', from: 0, next: 3, pieces: [{ stream: 'stdout', text: 'hi\n' }] }
  t.match(await run(['logs', 'j1']), { code: 0, stdout: 'hi\n' }, 'a daemon that knows the job needs no tenant')
})

t.test('straight in Redis, hints name the tenant where one is meant', async (t) => {
  const redis = await startRedis(t)
  const explained = await runRqctl(['explain', 'gone', '-u', redis.url, '--tenant', 'ann'])
  t.match(explained, { code: 1, stdout: /--url and --tenant \(or --prefix\) name the Redis/ })
  const plain = await runRqctl(['explain', 'go{ne', '-u', redis.url])
  t.match(plain, { code: 1, stdout: /--url and --prefix name the Redis/ })
  const none = await runRqctl(['shutdown', '--everywhere', '-u', redis.url, '--tenant', 'ann'])
  t.match(none.stderr, /no rqd daemon for tenant ann on this Redis; .*--url, or another tenant with --tenant/)
})

t.test('events are those of the tenant', async (t) => {
  const { run, ann, bob } = await start(t)
  ann.events.publish('queue.paused', { queues: ['a'] })
  bob.events.publish('queue.paused', { queues: ['b'] })
  const { stdout } = await run(['events', '--tenant', 'bob'])
  t.match(stdout, /queue\.paused +queues=b tenant=bob\n$/)
  t.notMatch(stdout, 'queues=a')
})

t.test('straight in Redis the tenant is a prefix', async (t) => {
  const redis = await startRedis(t)
  for (const [prefix, queue] of [
    ['{ann}:rq', 'of-ann'],
    ['shop:{ann}', 'of-shop'],
    ['rq', 'of-all'],
  ] as const) {
    await redis.client.sadd(createKeys(prefix).queues, createKeys(prefix).queue(queue))
  }
  const run = async (argv: readonly string[], env: Record<string, string> = {}) => {
    const { stdout, stderr, code } = await runRqctl(['queues', '-u', redis.url, '--format', '{queue}', ...argv], {
      env,
    })
    return code === 0 ? stdout.trim() : stderr
  }
  t.equal(await run(['--tenant', 'ann']), 'of-ann')
  t.equal(await run([], { RQD_TENANT: 'ann' }), 'of-ann')
  t.equal(await run(['--tenant', 'ann', '--prefix', 'shop:{tenant}']), 'of-shop')
  t.equal(await run([]), 'of-all')
  t.equal(await run(['--prefix', 'rq'], { RQD_TENANT: 'ann' }), 'of-all', 'a flag wins over the environment')
  t.match(
    await run(['--prefix', 'rq', '--tenant', 'ann']),
    /--prefix is "rq" and --tenant is "ann": expected \{tenant\} in/,
  )
})

t.test('a job of a tenant is put on its queue and looked at', async (t) => {
  const redis = await startRedis(t)
  const ann = (...argv: string[]) => runRqctl([...argv, '-u', redis.url, '--tenant', 'ann'])
  t.match(await ann('enqueue', 'mail.send', '--queue', 'q', '--id', 'j1'), { code: 0 })
  t.equal(await redis.client.llen(createKeys('{ann}:rq').queue('q')), 1)
  t.match(await ann('jobs'), { code: 0, stdout: /j1/ })
  t.match(await ann('job', 'j1'), { code: 0, stdout: /mail\.send/ })
  t.match(await ann('info'), { code: 0, stdout: /q/ })
  t.match(await runRqctl(['job', 'j1', '-u', redis.url]), { code: 1 })
})
