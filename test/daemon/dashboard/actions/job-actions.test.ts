import t from 'tap'
import { startDashboard } from '../harness.js'

t.test('C11: chosen jobs are requeued, and those that cannot be are named', async (t) => {
  const { client, factory, act } = await startDashboard(t)
  await factory.fail([await factory.running('bad')])
  await factory.enqueue('waits')
  const text = await act(
    'jobs-requeue',
    ['bad', 'waits', 'none'].map((id) => ['id', id] as const),
  )
  t.match(text, /^Job bad is requeued\. 2 refused: job waits is not among .*; job none has no data/)
  t.equal(await client.hget('rq:job:bad', 'status'), 'queued')
  t.match(await act('job-requeue', [['id', 'waits']]), /^Nothing was done: job waits is not among the failed jobs/)
  t.match(await act('jobs-requeue', []), /nothing was chosen/)
})

t.test('C11: jobs are canceled, once', async (t) => {
  const { client, factory, act } = await startDashboard(t)
  await factory.enqueue(['a', 'b'])
  t.equal(
    await act('jobs-cancel', [
      ['id', 'a'],
      ['id', 'b'],
    ]),
    '2 jobs are canceled.',
  )
  t.equal(await client.hget('rq:job:a', 'status'), 'canceled')
  t.match(await act('job-cancel', [['id', 'a']]), /Nothing was done: .*canceled already/)
})

t.test('C11: jobs are deleted after a question', async (t) => {
  const { client, factory, act } = await startDashboard(t)
  await factory.enqueue(['a', 'b'])
  const ids = [
    ['id', 'a'],
    ['id', 'b'],
  ] as const
  t.match(await act('jobs-delete', ids), /The 2 chosen jobs are deleted, with all results\. That cannot be undone\./)
  t.equal(await client.exists('rq:job:a'), 1)
  t.equal(await act('jobs-delete', [...ids, ['confirmed', 'yes']]), '2 jobs are deleted.')
  t.equal(await client.exists('rq:job:a', 'rq:job:b'), 0)
})

t.test('C11: what does not run cannot be stopped, and that is said', async (t) => {
  const { factory, act } = await startDashboard(t)
  await factory.enqueue('waits')
  t.match(await act('job-stop', [['id', 'waits']]), /The run of job waits is ended at once/)
  t.match(
    await act('job-stop', [
      ['id', 'waits'],
      ['confirmed', 'yes'],
    ]),
    /its status is queued; expected a started job/,
  )
})
