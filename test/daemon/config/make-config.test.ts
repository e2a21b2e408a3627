import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import t from 'tap'
import { configure, makeConfig } from '../../../daemon/config/make-config.js'
import type { ConfigInput } from '../../../daemon/config/schema.js'

t.test('defaults are filled in, once and for all', async (t) => {
  const config = makeConfig({})
  t.match(config, {
    queues: ['default'],
    url: 'redis://localhost:6379/0',
    path: [resolve('.')],
    executors: availableParallelism(),
    spares: 1,
    resultsTtl: 500,
    leaseSec: 10,
    maxDeaths: 3,
    logLevel: 'info',
  })
  t.ok(Object.isFrozen(config))
})

t.test('texts from the command line become what they mean', async (t) => {
  t.match(makeConfig({ executors: '3', resultsTtl: '5m', leaseSec: '2.5', path: ['tasks'] }), {
    executors: 3,
    resultsTtl: 300,
    leaseSec: 2.5,
    path: [resolve('tasks')],
  })
  t.equal(makeConfig({ resultsTtl: '-1' }).resultsTtl, -1)
})

t.test('a wrong value is refused by name, with what was found', async (t) => {
  const cases: [Parameters<typeof makeConfig>[0], RegExp][] = [
    [{ executors: 0 }, /^executors is 0/],
    [{ executors: 'many' }, /^executors is "many"/],
    [{ queues: ['a', 'b,c'] }, /^queues \(entry 2\).*"b,c"/],
    [{ queues: ['x:intermediate'] }, /:intermediate/],
    [{ resultsTtl: 'soon' }, /^resultsTtl is "soon".*'5m'/],
    [{ name: 'two words' }, /^name is "two words"/],
    [{ leaseSec: 0 }, /^leaseSec is 0/],
  ]
  for (const [input, message] of cases) t.throws(() => makeConfig(input), { code: 'RQD_BAD_OPTION', message })
})

t.test('values of a wrong type are refused, and never bent into shape', async (t) => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ executors: true }, /^executors is true: expected a whole number, from 1 to 1000$/],
    [{ executors: ['3'] }, /^executors is \["3"\]/],
    [{ executors: '' }, /^executors is ""/],
    [{ executors: '0x10' }, /^executors is "0x10"/],
    [{ spares: 1.5 }, /^spares is 1.5: expected a whole number/],
    [{ burst: 1 }, /^burst is 1: expected true or false/],
    [{ queues: { high: 1 } }, /^queues is .*: expected a list of queues/],
    [{ queues: [] }, /^queues is \[\]: expected at least one/],
    [{ queues: [3] }, /^queues \(entry 1\).*the name of a queue/],
    [{ path: [null] }, /^path \(entry 1\)/],
    [{ logLevel: 'loud' }, /^logLevel is "loud": expected error, warn, info or debug/],
    [{ logFormat: 'jsn' }, /^logFormat is "jsn": expected auto, text, json, journald.*did you mean "json"/],
    [{ logFormat: '%(mesage)s' }, /^logFormat.*%\(mesage\)s is no field.*did you mean "message"/],
    [{ dateFormat: '%Q' }, /^dateFormat is "%Q": "%Q" is none of the known directives/],
    [{ serializer: 'my.Serializer' }, /^serializer is "my.Serializer": expected json, pickle/],
    [{ url: 'http://:pass@host' }, /^url is .*expected redis:/],
    [{ sentinel: { instances: ['nowhere'] } }, /^sentinel \(entry instances.1\).*host:port/],
    [{ sentinel: { password: 'secret', db: -1 } }, /^sentinel \(entry db\)/],
  ]
  for (const [input, message] of cases) {
    t.throws(() => makeConfig(input), { code: 'RQD_BAD_OPTION', message }, JSON.stringify(input))
  }
})

t.test('no error shows a password', async (t) => {
  const secret = 'hunter2'
  const inputs = [
    { url: `http://:${secret}@host` },
    { sentinel: { password: secret, db: -1 } },
    { redisPassword: secret },
  ]
  for (const input of inputs) {
    try {
      makeConfig(input)
      t.fail('it is not refused')
    } catch (thrown) {
      t.notMatch((thrown as Error).message, secret)
    }
  }
})

t.test("levels and serializers have RQ's names too", async (t) => {
  for (const [given, level] of Object.entries({ CRITICAL: 'error', ERROR: 'error', WARNING: 'warn', Info: 'info' })) {
    t.equal(makeConfig({ logLevel: given }).logLevel, level)
  }
  t.equal(makeConfig({ serializer: 'rq.serializers.JSONSerializer' }).serializer, 'rq.serializers.JSONSerializer')
})

t.test('all of it is frozen', async (t) => {
  const config = makeConfig({ queues: ['a'], sentinel: {} })
  t.ok(Object.isFrozen(config.queues))
  t.ok(Object.isFrozen(config.sentinel?.instances[0]))
})

t.test('a name that is no option: the environment may mean somebody else, all others mean us', async (t) => {
  const from = (kind: 'environment' | 'flag', name: string) =>
    new Map([['executer', { value: '3', origin: kind === 'flag' ? { kind, flag: name } : { kind, name } }]])
  t.match(configure(from('environment', 'RQD_EXECUTER')).warnings, [
    'RQD_EXECUTER is no option and is ignored; did you mean RQD_EXECUTORS?',
  ])
  t.throws(() => configure(from('flag', '--executer')), { message: /--executer is no option.*did you mean executors/ })
  const foreign = new Map([
    ['zzzzzzzzzz', { value: '', origin: { kind: 'environment' as const, name: 'RQD_ZZZZZZZZZZ' } }],
  ])
  t.same(configure(foreign).warnings, [])
})

t.test('options that do not fit each other are refused together', async (t) => {
  const refused = (input: ConfigInput, message: RegExp) =>
    t.throws(() => makeConfig(input), { code: 'RQD_BAD_OPTION', message })
  refused({ queues: ['a'], weights: { b: 2 }, dequeueStrategy: 'weighted' }, /weights names the queue "b"/)
  refused({ queues: ['a'], weights: { a: 2 } }, /weights can count only where dequeueStrategy is "weighted"/)
  refused({ fresh: true, concurrency: 2 }, /concurrency is 2 and fresh is true/)
  refused({ weights: { default: 0 }, dequeueStrategy: 'weighted' }, /weights \(entry default\) is 0/)
  const weighted = makeConfig({ queues: ['a'], weights: { a: '2.5' }, dequeueStrategy: 'weighted' })
  t.strictSame(weighted.weights, { a: 2.5 })
})
