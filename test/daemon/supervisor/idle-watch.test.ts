import t from 'tap'
import { IdleWatch } from '../../../daemon/supervisor/idle-watch.js'

t.test('W3: only time without any job counts as idle', async (t) => {
  const state = { ms: 0, idle: true, jobs: 0, told: 0 }
  const watch = new IdleWatch({
    clock: { epochMs: () => 0, monoMs: () => state.ms },
    limitMs: 10_000,
    isIdle: () => state.idle,
    jobsSoFar: () => state.jobs,
    onLimit: () => (state.told += 1),
  })
  const lookAt = (ms: number, change: Partial<typeof state> = {}): number => {
    Object.assign(state, change, { ms })
    watch.look()
    return state.told
  }
  t.equal(lookAt(9_000), 0)
  t.equal(lookAt(9_500, { jobs: 1 }), 0, 'a job that came and went meanwhile')
  t.equal(lookAt(19_000), 0)
  t.equal(lookAt(19_400, { idle: false }), 0)
  t.equal(lookAt(29_300, { idle: true }), 0)
  t.equal(lookAt(29_400), 1)
})
