import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import { suspend } from '../../../src/index.js'
import { sampleStatus } from '../control/fake-operations.js'
import { Factory } from '../../helpers/factory.js'
import { startRedis } from '../../helpers/redis.js'
import { dataOf, startServer } from '../control/harness.js'
import { runRqctl } from './run-rqctl.js'

const redis = await startRedis(t)
const make = new Factory(redis.client)
t.beforeEach(() => redis.client.flushall())
const straight = ['-u', redis.url]

t.test('C7 explain for people: the first cause, what shows it, what to do, and what else there is', async (t) => {
  await make.register('sup', { workers: 1 })
  await redis.client.zadd(make.keys.supervisors, 1, 'sup')
  await make.enqueue(['a', 'b'])
  await make.enqueue('job')
  await suspend({ connection: redis.client })
  const { code, stdout, stderr } = await runRqctl(['explain', 'job', ...straight])
  t.equal(code, 0)
  t.equal(stderr, '')
  const lines = stdout.replace(/\(\S.* ago\)/g, '(AGO)').split('\n')
  t.strictSame(lines, [
    'job  queued, queue q',
    '',
    'All workers of this Redis are suspended.',
    '  suspended until  somebody resumes',
    '  Next: rqctl resume --all',
    '',
    'And: No live worker listens on queue "q".',
    '  dead sup.1       2026-11-23T08:31:26Z (AGO)',
    '  Next: start one: rqd q',
    '',
    'And: 2 jobs of queue "q" come before it.',
    '  position         3 of 3',
    '  ahead            2',
    '  queue length     3',
    '  workers          0',
    '',
    'The job',
    '  call             tasks.add(1, 2)',
    '  created at       unknown'.replace('unknown', '2026-11-23T08:31:26Z (AGO)'),
    '  enqueued at      2026-11-23T08:31:26Z (AGO)',
    '  serializer       json',
    '  function         tasks.add',
    '',
  ])
})

t.test('C7 explain for programs', async (t) => {
  await make.enqueue('job')
  const { code, stdout } = await runRqctl(['explain', 'job', '--json', ...straight])
  t.equal(code, 0)
  t.match(JSON.parse(stdout), {
    jobId: 'job',
    exists: true,
    status: 'queued',
    queue: 'q',
    description: 'tasks.add(1, 2)',
    verdicts: [{ cause: 'no-worker', evidence: [], next: 'start one: rqd q' }],
    facts: [{ name: 'createdAt' }],
  })
})

t.test('C7 explain: no such job is exit code 1, and a wrong line 2', async (t) => {
  const none = await runRqctl(['explain', 'nope', ...straight])
  t.equal(none.code, 1)
  t.match(none.stdout, /There is no job "nope".*\n {2}Next: check the id/)
  t.equal((await runRqctl(['explain', ...straight])).code, 2)
  const spelt = await runRqctl(['explian', 'job'])
  t.equal(spelt.code, 2)
  t.match(spelt.stderr, /Did you mean explain\?/)
})

t.test('C7 explain asks the daemon, which knows what it has paused', async (t) => {
  await make.register('web-1', { workers: 2, queues: ['low'] })
  await make.enqueue('job', { queue: 'low' })
  const daemon = () => Promise.resolve(sampleStatus)
  const data = dataOf(t, redis)
  const { path } = await startServer(t, { data: async () => ({ ...(await data()), daemon }) })
  const { stdout } = await runRqctl(['explain', 'job', '--json', '--socket', path])
  t.match(JSON.parse(stdout), { verdicts: [{ cause: 'paused', evidence: [{ name: 'pausedBy', value: 'web-1' }] }] })
})

t.test('C7 explain fits the screen, and what others wrote moves no cursor', async (t) => {
  await make.enqueue('job', {
    fields: { description: `\x1b[2J${'shop.orders.send '.repeat(12)}`, timeout: '\x1b[31m5m' },
  })
  for (const columns of [60, 80, 200]) {
    const { stdout } = await runRqctl(['explain', 'job', ...straight], { columns })
    t.notOk(stdout.includes('\x1b[2J') || stdout.includes('\x1b[31m5m'))
    for (const line of stripVTControlCharacters(stdout).split('\n')) t.ok(line.length <= columns, line)
  }
})
