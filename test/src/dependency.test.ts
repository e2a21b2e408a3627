import t from 'tap'
import { dependency, parentsOf, type DependsOn } from '../../src/dependency.js'

const plain = { allowFailure: false, enqueueAtFront: false }

void t.test('J10 jobs, ids and dependencies, one or many, come down to ids', (t) => {
  t.strictSame(parentsOf(undefined), { ids: [], ...plain })
  t.strictSame(parentsOf([]), { ids: [], ...plain })
  t.strictSame(parentsOf('a'), { ids: ['a'], ...plain })
  t.strictSame(parentsOf({ id: 'a' }), { ids: ['a'], ...plain })
  t.strictSame(parentsOf(['b', { id: 'a' }, 'b']), { ids: ['b', 'a'], ...plain })
  t.strictSame(parentsOf(dependency({ jobs: 'a' })), { ids: ['a'], ...plain })
  t.strictSame(parentsOf(dependency({ jobs: ['a', { id: 'b' }], allowFailure: true })), {
    ids: ['a', 'b'],
    allowFailure: true,
    enqueueAtFront: false,
  })
  t.strictSame(parentsOf(['a', dependency({ jobs: 'b', enqueueAtFront: true })]), {
    ids: ['a', 'b'],
    allowFailure: false,
    enqueueAtFront: true,
  })
  t.end()
})

void t.test('what is no job is refused, a forgotten await by name', (t) => {
  for (const [dependsOn, message] of [
    [Promise.resolve({ id: 'a' }), 'dependsOn holds a promise (await it first); expected a job or its id'],
    ['', 'dependsOn holds ""; expected a job or its id'],
    [null, 'dependsOn holds null; expected a job or its id'],
    [['a', undefined], 'dependsOn holds undefined; expected a job or its id'],
    [7, 'dependsOn holds 7; expected a job or its id'],
  ] as [DependsOn, string][]) {
    t.throws(() => parentsOf(dependsOn), { code: 'RQD_BAD_OPTION', message })
  }
  t.throws(() => dependency({ jobs: [] }), { code: 'RQD_BAD_OPTION', message: /^dependency.jobs is empty/ })
  t.end()
})
