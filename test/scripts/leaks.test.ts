import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { waitFor } from '../helpers/wait-for.js'
import { loadScript } from './load.js'

interface Leak {
  pid: number
  command: string
}

const { findLeaks, killLeaks, lastingLeaks, markName } = await loadScript<{
  markName: string
  findLeaks(mark: string, folder: string): Leak[]
  lastingLeaks(mark: string, folder: string, graceMs?: number): Promise<Leak[]>
  killLeaks(leaks: Leak[]): void
}>('leaks')

t.test('finds a process by its mark or its folder, and ends it', { skip: process.platform !== 'linux' }, async (t) => {
  const folder = t.testdir()
  const idle = ['-e', 'setInterval(() => {}, 1000)']
  const marked = spawn(process.execPath, idle, { env: { [markName]: 'leak-test' }, stdio: 'ignore' })
  const inside = spawn(process.execPath, idle, { env: {}, cwd: folder, stdio: 'ignore' })
  t.teardown(() => [marked, inside].map((child) => child.kill('SIGKILL')))
  await waitFor('both to be seen', () => findLeaks('leak-test', folder).length === 2)
  const leaks = await lastingLeaks('leak-test', folder, 0)
  t.same(leaks.map(({ pid }) => pid).sort(), [marked.pid, inside.pid].sort())
  const ended = Promise.all([once(marked, 'close'), once(inside, 'close')])
  killLeaks(leaks)
  await ended
  t.same(await lastingLeaks('leak-test', folder), [])
})
