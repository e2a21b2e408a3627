import t from 'tap'
import { createKeys } from '../../../src/redis/keys.js'
import { Factory } from '../../helpers/factory.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

const keys = createKeys()

void t.test('RQ’s keys are spelled as RQ spells them', (t) => {
  t.strictSame(
    [
      keys.queues,
      keys.workers,
      keys.suspended,
      keys.queue('q'),
      keys.intermediate('q'),
      keys.job('j'),
      keys.dependents('j'),
      keys.dependencies('j'),
      keys.results('j'),
      keys.executions('j'),
      keys.execution('j', 'e'),
      keys.started('q'),
      keys.finished('q'),
      keys.failed('q'),
      keys.deferred('q'),
      keys.scheduled('q'),
      keys.canceled('q'),
      keys.schedulerLock('q'),
      keys.scheduler('n'),
      keys.groups,
      keys.group('g'),
      keys.worker('w'),
      keys.queueWorkers('q'),
      keys.workerExecutions('w'),
      keys.workerCommands('w'),
    ],
    [
      'rq:queues',
      'rq:workers',
      'rq:suspended',
      'rq:queue:q',
      'rq:queue:q:intermediate',
      'rq:job:j',
      'rq:job:j:dependents',
      'rq:job::j:dependencies',
      'rq:results:j',
      'rq:executions:j',
      'rq:execution:j:e',
      'rq:wip:q',
      'rq:finished:q',
      'rq:failed:q',
      'rq:deferred:q',
      'rq:scheduled:q',
      'rq:canceled:q',
      'rq:scheduler-lock:q',
      'rq:scheduler:n',
      'rq:groups',
      'rq:group:g',
      'rq:worker:w',
      'rq:workers:q',
      'rq:worker:w:executions',
      'rq:pubsub:w',
    ],
  )
  t.end()
})

void t.test('our own keys lie where RQ’s tools never look', (t) => {
  t.strictSame(
    [
      keys.ownPrefix,
      keys.supervisors,
      keys.supervisor('s'),
      keys.claims('s'),
      keys.orders('s'),
      keys.orderCalls,
      keys.answer('o'),
      keys.upgrade,
    ],
    [
      'rqd',
      'rqd:supervisors',
      'rqd:supervisor:s',
      'rqd:claims:s',
      'rqd:orders:s',
      'rqd:orders',
      'rqd:answer:o',
      'rqd:upgrade',
    ],
  )
  t.end()
})

void t.test('names come back out of full keys, and out of nothing else', (t) => {
  const other = createKeys('{tenant}:rq')
  for (const name of ['q', 'a:b', 'größe', '']) {
    for (const some of [keys, other]) {
      t.equal(some.queueName(some.queue(name)), name)
      t.equal(some.workerName(some.worker(name)), name)
    }
  }
  t.equal(keys.queueName('q'), undefined)
  t.equal(keys.queueName(other.queue('q')), undefined)
  t.equal(keys.workerName('rq:workers'), undefined)
  t.end()
})

void t.test(
  'under a prefix with a hash tag all keys lie in one slot of a cluster, those made by scripts too',
  async (t) => {
    const { client } = await startRedis(t, ['--cluster-enabled', 'yes'])
    await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    const make = new Factory(client, '{tenant}:rq')
    // A fresh cluster needs a moment until it takes itself for whole.
    await waitFor('the cluster', async () => String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok'))
    await make.register()
    await make.enqueue(['{x}a', 'b', 'c', 'd'])
    const [a, b, c, d] = await make.claim()
    await make.start([a!, b!, c!, d!])
    await make.finish([a!])
    await make.fail([b!])
    await make.retry([c!], { delaySec: 10 })
    const all = await client.keys('*')
    t.ok(all.length > 12, `${all.length} keys`)
    const slots = await Promise.all(all.map((key) => client.call('CLUSTER', 'KEYSLOT', key)))
    t.strictSame(new Set(slots).size, 1)
  },
)
