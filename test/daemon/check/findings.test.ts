import t from 'tap'
import {
  judgeClock,
  judgeEviction,
  judgePersistence,
  judgeRole,
  judgeVersion,
} from '../../../daemon/check/redis-findings.js'

t.test('each thing about Redis is judged by itself', async (t) => {
  const cases: [ReturnType<typeof judgeClock>, string, RegExp][] = [
    [judgeVersion('7.0.15'), 'ok', /7.0.15/],
    [judgeVersion('6.2.0'), 'ok', /6.2.0/],
    [judgeVersion('6.0.16'), 'fail', /6.0.16; rqd needs 6.2 or newer/],
    [judgeRole('slave'), 'fail', /slave/],
    [judgeEviction('noeviction', '100'), 'ok', /noeviction/],
    [judgeEviction('allkeys-lru', '0'), 'warn', /no maxmemory yet/],
    [judgeEviction('allkeys-lru', '100'), 'fail', /jobs are lost/],
    [judgePersistence(true, ''), 'ok', /appendonly is on/],
    [judgePersistence(false, '3600 1'), 'warn', /snapshots only \(save 3600 1\)/],
    [judgePersistence(false, undefined), 'warn', /snapshots only:/],
    [judgePersistence(false, ''), 'warn', /none: all jobs are lost/],
    [judgeClock(-4_900), 'ok', /4.9 s apart/],
    [judgeClock(6_000), 'warn', /6.0 s ahead of this host/],
    [judgeClock(-6_000), 'warn', /6.0 s behind this host/],
  ]
  for (const [finding, status, reason] of cases) {
    t.match(finding, { status, reason })
    t.equal(finding.next === undefined, status === 'ok', 'what is wrong has a next step')
  }
})
