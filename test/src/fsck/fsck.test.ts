import t from 'tap'
import { doDamage } from '../../../chaos/fsck/damage.js'
import { fillWithJobs } from '../../../chaos/fsck/fill.js'
import { fsck } from '../../../src/index.js'
import type { FsckFinding } from '../../../src/fsck/report.js'
import { createKeys } from '../../../src/redis/keys.js'
import { dump } from '../../helpers/dump.js'
import { startRedis } from '../../helpers/redis.js'

const keys = createKeys()

/** What a finding is about, as the damage was named. */
function nameOf({ id, queue, entry, kind }: FsckFinding): string {
  return kind === 'queue-unknown' ? queue : id === '' ? entry : id
}

const sorted = (names: readonly string[]): string[] => [...names].sort()

t.test('10,000 jobs with 20 kinds of damage: all is found, all is repaired, the second run is clean', async (t) => {
  const { client: connection } = await startRedis(t)
  await fillWithJobs(connection, keys, 10_000)
  t.same((await fsck({ connection, wait: 1 })).findings, [], 'nothing is wrong with healthy jobs')
  const damage = await doDamage(connection, keys, 3)
  const wanted = sorted(damage.map(({ kind, name }) => `${kind} ${name}`))
  const found = await fsck({ connection, wait: 1 })
  t.same(sorted(found.findings.map((each) => `${each.kind} ${nameOf(each)}`)), wanted)
  t.ok(
    found.findings.every(({ outcome, proved }) => outcome === 'found' && proved),
    'a dry run',
  )
  const repaired = await fsck({ connection, repair: true, wait: 1 })
  t.same(
    repaired.findings.filter(({ outcome }) => outcome !== 'repaired'),
    [],
  )
  t.same(sorted(repaired.findings.map((each) => `${each.kind} ${nameOf(each)}`)), wanted)
  const again = await fsck({ connection, wait: 1 })
  t.same(again.findings, [])
  t.equal(again.memory.byQueue.length, 7)
  t.match(again.memory.byFunction.map(({ name }) => name).sort(), ['mail.send', 'reports.build', 'tasks.add'])
})

t.test('without repair nothing is written, by any kind', async (t) => {
  const { client: connection } = await startRedis(t)
  await doDamage(connection, keys, 1)
  const before = await dump(connection)
  const { findings } = await fsck({ connection, wait: 1 })
  t.equal(findings.length, 20)
  t.same(await dump(connection), before)
})
