import t from 'tap'
import { startTenants } from '../helpers/tenants.js'
import { waitFor } from '../helpers/wait-for.js'

const countOf = (tenant: string, jobs: readonly string[]): number =>
  jobs.filter((id) => id.startsWith(`${tenant}-`)).length

/** What had begun between these jobs and the last one of a tenant. */
const until = (tenant: string, jobs: readonly string[], from: number): string[] =>
  jobs.slice(
    from,
    jobs.findLastIndex((id) => id.startsWith(`${tenant}-`)),
  )

t.test('a tenant with a long queue does not hold up those who come later', async (t) => {
  const rig = await startTenants(t, ['-N', '2', '--tenants', 'ann,bob,cid'])
  await rig.enqueue('ann', 80, 30)
  await waitFor('some of them to begin', () => rig.begun().length > 6)
  await rig.enqueue('bob', 20, 30)
  await rig.enqueue('cid', 5, 30)
  const from = rig.begun().length
  await rig.ended(105)
  const begun = rig.begun()
  const beside = until('bob', begun, from)
  t.ok(countOf('ann', beside) < 35, `bob had 20 jobs run, and ann ${countOf('ann', beside)} meanwhile`)
  t.ok(countOf('ann', beside) > 8, 'nor does who comes later hold up the first')
  const few = until('cid', begun, from)
  t.ok(few.length < 30, `cid had 5 jobs run, and all others ${few.length} meanwhile`)
})

t.test('short jobs of one tenant do not hold up those of another', async (t) => {
  const rig = await startTenants(t, ['-N', '2', '--tenants', 'ann,bob'])
  await rig.enqueue('ann', 4_000, 0)
  await waitFor('some of them to begin', () => rig.begun().length > 50)
  await rig.enqueue('bob', 200, 0)
  const from = rig.begun().length
  await rig.ended(4_200)
  const beside = until('bob', rig.begun(), from)
  t.ok(beside.length < 2_500, `bob had 200 jobs run, and ann ${countOf('ann', beside)} meanwhile`)
})

t.test('executors are shared by weight', async (t) => {
  const rig = await startTenants(t, ['-N', '4', '--tenants', 'ann=3,bob'])
  await rig.enqueue('ann', 90, 30)
  await rig.enqueue('bob', 90, 30)
  await rig.ended(180)
  const begun = rig.begun()
  const beside = until('ann', begun, 0)
  const bobs = countOf('bob', beside)
  t.ok(bobs > 15 && bobs < 50, `ann had 90 jobs run, and bob ${bobs} meanwhile`)
})

t.test('a tenant that is alone has all executors, and its queues are read in their order', async (t) => {
  const rig = await startTenants(t, ['-N', '2', '--tenants', 'ann,bob'], ['high', 'work'])
  await rig.enqueue('ann', 10, 60)
  await waitFor('jobs in both executors', () => new Set(rig.runs().map(({ pid }) => pid)).size === 2)
  await rig.enqueue('ann', 2, 1, 'high')
  await rig.enqueue('ann', 1, 1)
  await rig.ended(13)
  const begun = rig.begun()
  t.ok(begun.findLastIndex((id) => id.includes('high')) < begun.length - 1, 'high goes before what waits in work')
})
