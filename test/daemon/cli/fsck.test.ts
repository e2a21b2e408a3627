import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import { doDamage } from '../../../chaos/fsck/damage.js'
import { jobFields } from '../../../chaos/fsck/fill.js'
import { createKeys } from '../../../src/redis/keys.js'
import type { FsckReport } from '../../../src/fsck/report.js'
import { startRedis } from '../../helpers/redis.js'
import { dataOf, startServer } from '../control/harness.js'
import { runRqctl } from './run-rqctl.js'

const keys = createKeys()

t.test('fsck finds nothing in an empty Redis, and exits 0', async (t) => {
  const redis = await startRedis(t)
  const { code, stdout } = await runRqctl(['fsck', '-u', redis.url])
  t.equal(code, 0)
  t.equal(stdout, 'Looked at 0 jobs and 0 entries of lists and sets.\n\nNothing is wrong.\n')
})

t.test('it asks the daemon: findings by kind, exit code 1, repaired with --repair', async (t) => {
  const redis = await startRedis(t)
  await doDamage(redis.client, keys, 4)
  await redis.client.hset(keys.job('odd'), jobFields('q', 'weird\u001b[31m'))
  const { path } = await startServer(t, { data: dataOf(t, redis) })
  const dry = await runRqctl(['fsck', '--wait', '1', '--socket', path], { columns: 80 })
  t.equal(dry.code, 1)
  const text = stripVTControlCharacters(dry.stdout)
  t.match(text, /^4 queued jobs that are on no list \(queued-nowhere\)\n {2}WHERE/m)
  t.match(text, /^ {2}broken-queued-nowhere-\d, .*repairable$/m)
  t.match(text, /^ {2}and 1 more$/m)
  t.match(text, /^QUEUE +JOBS +MEMORY +SHARE$/m)
  t.match(text, /^81 findings\. "rqctl fsck --repair" would repair 80 of them\.$/m)
  for (const line of text.split('\n')) t.ok(line.length <= 80 || line.startsWith('  not repaired: '), line)
  t.notMatch(dry.stdout, 'weird\u001b', 'text of others cannot colour the screen')
  const all = await runRqctl(['fsck', '--wait', '1', '--all', '--socket', path])
  t.notMatch(all.stdout, /and \d+ more/)
  const mended = await runRqctl(['fsck', '--repair', '--wait', '1', '--json', '--socket', path])
  t.equal(mended.code, 1, 'one is left, which nobody can decide')
  const { findings, repair } = JSON.parse(mended.stdout) as FsckReport
  t.equal(repair, true)
  t.same(
    findings.filter(({ outcome }) => outcome !== 'repaired').map(({ kind, id, proved }) => ({ kind, id, proved })),
    [{ kind: 'status-unknown', id: 'odd', proved: false }],
  )
  await redis.client.del(keys.job('odd'))
  const again = await runRqctl(['fsck', '--wait', '1', '--socket', path])
  t.equal(again.code, 0)
  t.match(again.stdout, /Nothing is wrong\.$/m)
})

t.test('a wait of nothing is refused', async (t) => {
  const { code, stderr } = await runRqctl(['fsck', '--wait', '0'])
  t.equal(code, 2)
  t.match(stderr, /wait between two looks is 0 s; expected at least 1/)
})
