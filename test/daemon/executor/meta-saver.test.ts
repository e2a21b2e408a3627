import t from 'tap'
import { job, startExecutor } from './start.js'

t.test('J13: a meta goes to the supervisor, and the function goes on when that has answered', async (t) => {
  const executor = await startExecutor(t)
  executor.run(job('1', 'self.saveAndWait', [7, '/']))
  const { execution, request, meta } = await executor.hear('meta')
  t.equal(execution, 'e-1')
  t.strictSame(JSON.parse(Buffer.from(meta!).toString()), { saved: 7 })
  executor.channel.send({ type: 'saved', request: request + 1, code: '', message: '' })
  executor.channel.send({ type: 'saved', request, code: '', message: '' })
  executor.channel.send({ type: 'saved', request: request + 1, code: 'RQD_NO_SUCH_JOB', message: 'gone' })
  await executor.began('e-1')
  t.notOk(
    executor.heard.some(({ type }) => type === 'fatal'),
    'answers to nothing are ignored',
  )
})

t.test('J13: where it is not stored, the function is told why', async (t) => {
  const executor = await startExecutor(t)
  executor.run(job('1', 'self.saveAndWait', [7, '/']))
  const { request } = await executor.hear('meta')
  executor.channel.send({ type: 'saved', request, code: 'RQD_NO_SUCH_JOB', message: 'it is gone' })
  t.match(await executor.result('e-1'), {
    outcome: 'error',
    error: { stage: 'run', errorType: 'RqdError', message: 'it is gone' },
  })
})
