import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { rqctl } from '../helpers/daemon.js'
import { startTenants, type TenantsRig } from '../helpers/tenants.js'
import { waitFor } from '../helpers/wait-for.js'

const countOf = (tenant: string, jobs: readonly string[]): number =>
  jobs.filter((id) => id.startsWith(`${tenant}-`)).length

/** What had begun between these jobs and the last one of a tenant. */
const until = (tenant: string, jobs: readonly string[], from: number): string[] =>
  jobs.slice(
    from,
    jobs.findLastIndex((id) => id.startsWith(`${tenant}-`)),
  )

/**
 * How many times as much as another a tenant had of these jobs, by their number and by their time. Where an executor stands
 * still with a job, time is shared evenly and numbers are not, or the other way round.
 */
function had(rig: TenantsRig, jobs: readonly string[], one: string, other: string): { least: number; most: number } {
  const of = new Set(jobs)
  const runs = rig.runs().filter(({ jobId }) => of.has(jobId))
  const timeOf = (tenant: string): number =>
    runs
      .filter(({ jobId }) => jobId.startsWith(`${tenant}-`))
      .reduce((sum, { beganMs, endedMs = NaN }) => sum + endedMs - beganMs, 0)
  const ratios = [countOf(one, jobs) / countOf(other, jobs), timeOf(one) / timeOf(other)]
  return { least: Math.min(...ratios), most: Math.max(...ratios) }
}

t.test('a tenant with a long queue does not hold up those who come later', async (t) => {
  const rig = await startTenants(t, ['-N', '2', '--tenants', 'ann,bob,cid'])
  await rig.enqueue('ann', 200, 30)
  await waitFor('some of them to begin', () => rig.begun().length > 6)
  await rig.enqueue('bob', 20, 30)
  await rig.enqueue('cid', 5, 30)
  const from = rig.begun().length
  await rig.ended(225)
  const begun = rig.begun()
  const beside = until('bob', begun, from)
  const anns = had(rig, beside, 'ann', 'bob')
  t.ok(anns.least < 35 / 19, `bob had 20 jobs run, and ann ${countOf('ann', beside)} meanwhile`)
  t.ok(anns.most > 8 / 19, 'nor does who comes later hold up the first')
  const few = until('cid', begun, from)
  const others = ['ann', 'bob'].reduce((sum, name) => sum + had(rig, few, name, 'cid').least, 0)
  t.ok(others < 26 / 4, `cid had 5 jobs run, and all others ${few.length} meanwhile`)
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
  const { socket } = rig.daemon
  // Both are to be there from the beginning.
  t.match(await rqctl(['pause', '--socket', socket]), { code: 0 })
  await rig.enqueue('ann', 90, 30)
  await rig.enqueue('bob', 90, 30)
  t.match(await rqctl(['resume', '--socket', socket]), { code: 0 })
  await rig.ended(180)
  const begun = rig.begun()
  const beside = until('ann', begun, 0)
  const bobs = had(rig, beside, 'bob', 'ann')
  const shown = `ann had 90 jobs run, and bob ${countOf('bob', beside)} meanwhile`
  t.ok(bobs.most > 15 / 89, shown)
  t.ok(bobs.least < 50 / 89, shown)
})

t.test('a tenant that is alone has all executors, and its queues are read in their order', async (t) => {
  const rig = await startTenants(t, ['-N', '2', '--tenants', 'ann,bob'], ['high', 'work'])
  const gate = join(rig.redis.folder, 'gate')
  await rig.hold('ann', 2, gate)
  await rig.enqueue('ann', 8, 1)
  await waitFor('jobs in both executors', () => new Set(rig.runs().map(({ pid }) => pid)).size === 2)
  await rig.enqueue('ann', 2, 1, 'high')
  await rig.enqueue('ann', 1, 1)
  await writeFile(gate, '')
  await rig.ended(13)
  const begun = rig.begun()
  t.ok(begun.findLastIndex((id) => id.includes('high')) < begun.length - 1, 'high goes before what waits in work')
})
