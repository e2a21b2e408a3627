import t from 'tap'
import { job, startExecutor, steps } from './start.js'
import { type RunJob } from '../../../daemon/ipc/messages.js'

const cases: [string, RunJob, object][] = [
  [
    'a payload that cannot be read',
    { ...job('1', 'x.y'), data: Buffer.from('garbage') },
    { stage: 'decode', errorType: 'PayloadError' },
  ],
  [
    'a method of a Python object',
    { ...job('1', 'x'), data: Buffer.from('["run", {"a": 1}, [], {}]') },
    { stage: 'decode', errorType: 'PayloadError', message: /Python object.*"run"/ },
  ],
  [
    'an unknown function',
    job('1', 'arithmetic.ad'),
    { stage: 'resolve', errorType: 'RqdError', message: /did you mean 'add'/ },
  ],
  [
    'a module that does not load',
    job('1', 'broken.never'),
    { stage: 'resolve', errorType: 'SyntaxError', traceback: /broken\.mjs:1/ },
  ],
  [
    'an error of the function',
    job('1', 'thrower.fail', ['at night']),
    {
      stage: 'run',
      errorType: 'ShopClosed',
      message: 'at night',
      traceback: /at night[^]*thrower\.mjs[^]*Caused by: TypeError: no key/,
    },
  ],
  [
    'an error of an async function',
    job('1', 'thrower.failLater'),
    { stage: 'run', errorType: 'RangeError', message: 'later' },
  ],
  ['a thrown text', job('1', 'thrower.throwText'), { stage: 'run', errorType: 'string', message: 'only text' }],
  ['a hostile value', job('1', 'thrower.hostile'), { stage: 'run' }],
  [
    'an aggregate',
    job('1', 'thrower.several'),
    { stage: 'run', errorType: 'AggregateError', traceback: /error 2 of 2\] Error: two/ },
  ],
  [
    'a value that no serializer has',
    job('1', 'arithmetic.unserialisable'),
    { stage: 'encode', errorType: 'UnrepresentableError' },
  ],
]

for (const [what, task, error] of cases) {
  void t.test(`${what} fails the job and the executor goes on`, async (t) => {
    const executor = await startExecutor(t)
    executor.run(task, job('next', 'arithmetic.add', [1, 1]))
    t.match(await executor.result('e-1'), { outcome: 'error', error })
    t.match(await executor.result('e-next'), { outcome: 'ok' })
    const started = steps(executor.heard).filter((step) => step === 'started e-1').length
    const result = await executor.result('e-1')
    const stage = result.outcome === 'error' && result.error.stage
    t.equal(started, stage === 'run' || stage === 'encode' ? 1 : 0, 'started is told only if the function was called')
    if (result.outcome === 'error' && stage === 'run') t.notMatch(result.error.traceback, /daemon\/executor|node:/)
  })
}

void t.test('a big result passes', async (t) => {
  const executor = await startExecutor(t)
  executor.run(job('1', 'arithmetic.huge'))
  const result = await executor.result('e-1')
  t.equal(result.outcome === 'ok' && result.value?.length, 3_000_002)
})
