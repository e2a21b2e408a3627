import t from 'tap'
import type { Crew } from '../../../daemon/supervisor/changes.js'
import { jointCrew } from '../../../daemon/tenants/joint-crew.js'

/** A tenant whose Redis takes workers, or does not. */
function tenant(name: string, refuses = false): { crew: Crew; workers: string[]; heard: string[] } {
  const state = { workers: ['d.1'], heard: [] as string[] }
  const presence = {
    get workers() {
      return state.workers
    },
    enlist: (count: number) => {
      if (refuses) return Promise.reject(new Error(`${name} is away`))
      const names = Array.from({ length: count }, (_, i) => `d.${state.workers.length + 1 + i}`)
      state.workers = [...state.workers, ...names]
      return Promise.resolve(names)
    },
    dismiss: (names: readonly string[]) => {
      if (refuses) return Promise.reject(new Error(`${name} is away`))
      state.workers = state.workers.filter((worker) => !names.includes(worker))
      return Promise.resolve()
    },
  }
  const commands = {
    serve: (workers: readonly string[]) => {
      state.heard = [...workers]
      return Promise.resolve()
    },
  }
  return Object.assign(state, {
    crew: { presence, commands, settled: () => Promise.resolve(0), onSettlePolicy: () => undefined },
  })
}

t.test('new slots have workers of the same names with every tenant', async (t) => {
  const all = [tenant('ann'), tenant('bob')]
  const { presence, commands } = jointCrew(all.map(({ crew }) => crew))
  t.same(await presence.enlist(2), ['d.2', 'd.3'])
  t.same(presence.workers, ['d.1', 'd.2', 'd.3'])
  await commands.serve(presence.workers)
  for (const { workers, heard } of all) t.same([workers, heard], [presence.workers, presence.workers])
})

t.test('where one tenant takes no new workers, none keeps them', async (t) => {
  const ann = tenant('ann')
  const { presence } = jointCrew([ann.crew, tenant('bob', true).crew])
  await t.rejects(presence.enlist(1), { message: 'bob is away' })
  t.same(ann.workers, ['d.1'])
})

t.test('workers of slots that go are dismissed with all that can be reached, and the error is told', async (t) => {
  const ann = tenant('ann')
  const { presence } = jointCrew([tenant('bob', true).crew, ann.crew])
  await t.rejects(presence.dismiss(['d.1']), { message: 'bob is away' })
  t.same(ann.workers, [])
})
