import t from 'tap'
import { readJobGraph } from '../../../src/fleet/job-graph.js'
import { Queue } from '../../../src/index.js'
import { Factory } from '../../helpers/factory.js'
import { startRedis } from '../../helpers/redis.js'

t.test('C11: the jobs around a job, two steps each way, and how many there are beyond', async (t) => {
  const { client } = await startRedis(t)
  const { store } = new Factory(client)
  const queue = new Queue('q', { connection: client })
  const put = (jobId: string, dependsOn: string[] = []) => queue.enqueueCall({ func: 'm.f', jobId, dependsOn })
  await put('far')
  await put('grand', ['far'])
  await put('parent', ['grand'])
  await put('self', ['parent'])
  for (let i = 0; i < 6; i++) await put(`child-${i}`, ['self'])
  const graph = await readJobGraph(store, 'self', { levels: 2, mostJobs: 7 })
  t.equal(graph.jobs[0]?.id, 'self')
  t.match(graph.jobs[0], { status: 'deferred', description: 'm.f()', gone: false, moreParents: 0, moreDependents: 3 })
  t.equal(graph.jobs.length, 1 + 2 + 3)
  t.match(
    graph.jobs.find(({ id }) => id === 'grand'),
    { moreParents: 1, moreDependents: 0 },
  )
  t.ok(graph.edges.some(({ from, to }) => from === 'grand' && to === 'parent'))
  t.notOk(graph.edges.some(({ from }) => from === 'far'))
  await client.del('rq:job:parent')
  const holes = await readJobGraph(store, 'self', { levels: 2, mostJobs: 7 })
  t.match(
    holes.jobs.find(({ id }) => id === 'parent'),
    { gone: true, status: null },
  )
  await t.rejects(readJobGraph(store, 'nope', { levels: 2, mostJobs: 7 }), { code: 'RQD_NO_SUCH_JOB' })
})

t.test('C12: circles and keys of another type do not keep a graph from being read', async (t) => {
  const { client } = await startRedis(t)
  const { store } = new Factory(client)
  await client.hset('rq:job:a', { dependency_ids: '["b"]' })
  await client.hset('rq:job:b', { dependency_ids: '["a", "text"]' })
  await client.set('rq:job:text', 'no hash')
  await client.set('rq:job:a:dependents', 'no set')
  const { jobs, edges } = await readJobGraph(store, 'a', { levels: 5, mostJobs: 40 })
  t.same(jobs.map(({ id }) => id).sort(), ['a', 'b', 'text'])
  t.equal(edges.length, 3)
})
