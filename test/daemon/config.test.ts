import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import t from 'tap'
import { makeConfig } from '../../daemon/config.js'

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
