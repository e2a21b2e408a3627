import t from 'tap'
import { familyReader } from '../../../src/redis/key-family.js'
import { createKeys } from '../../../src/redis/keys.js'

t.test('the name of a key tells what it is for, under any prefix', async (t) => {
  for (const prefix of ['rq', '{tenant}:rq']) {
    const keys = createKeys(prefix)
    const familyOf = familyReader(keys)
    const rows: [string, string, string, string][] = [
      [keys.job('a:b'), 'job', 'a:b', ''],
      [keys.dependents('a'), 'dependents', 'a', ''],
      [keys.dependencies('a'), 'dependencies', 'a', ''],
      [keys.results('a'), 'results', 'a', ''],
      [keys.executions('a'), 'executions', 'a', ''],
      [keys.execution('a:b', 'e1'), 'execution', 'a:b', ''],
      [keys.queue('q'), 'queue', '', 'q'],
      [keys.intermediate('q'), 'intermediate', '', 'q'],
      [`${keys.intermediate('q')}:first_seen:a`, 'other', '', ''],
      [keys.queue('_compact:7b1c'), 'other', '', ''],
      [keys.worker('w'), 'worker', 'w', ''],
      [keys.workerExecutions('w'), 'workerExecutions', 'w', ''],
      [keys.queueWorkers('q'), 'queueWorkers', '', 'q'],
      [keys.started('q'), 'wip', '', 'q'],
      [keys.failed('q'), 'failed', '', 'q'],
      [keys.schedulerLock('q'), 'lock', '', 'q'],
      [keys.claims('s'), 'claims', 's', ''],
      [keys.queues, 'other', '', ''],
      ['elsewhere', 'other', '', ''],
    ]
    for (const [key, family, id, queue] of rows) t.same(familyOf(key), { family, id, queue }, key)
  }
})
